/**
 * The steps of a slide. A step is, in the order of the text, whatever has `data-marpit-fragment`; all that has the
 * same `data-celldeck-step` beside it is one step; and a block of code with `data-celldeck-states="N"` has N - 1,
 * in each of which other lines stand out.
 *
 * A slide of the class `dim` or `spotlight` opens with its first step reached if that is an item, so n items are n
 * states there, and one more elsewhere. A slide that hand-made copies were collapsed into has a layer (or three) for
 * each of its states, and the one that is current is there. The attributes are those of Marp's presenting page, so
 * themes can style the states.
 */
export default function fragments(deck) {
  /** The steps of a slide, or of a copy of one: `{parts}`, or `{code, state}`. */
  const stepsOf = (slide) => {
    const steps = [];
    const shared = new Map();
    const later = []; // pictures behind the slide stand before its text, which has the place of their step
    for (const part of slide.querySelectorAll("[data-marpit-fragment], [data-celldeck-states]")) {
      const key = part.dataset.celldeckStep;
      if (part.dataset.marpitFragment === undefined) {
        const count = Number(part.dataset.celldeckStates);
        for (let state = 1; state < count; state += 1) steps.push({ code: part, state });
      } else if (part.localName === "figure" && key !== undefined) {
        later.push(part);
      } else if (key !== undefined && shared.has(key)) {
        shared.get(key).parts.push(part);
      } else {
        const step = { parts: [part] };
        steps.push(step);
        if (key !== undefined) shared.set(key, step);
      }
    }
    for (const part of later) shared.get(part.dataset.celldeckStep)?.parts.push(part);
    return steps;
  };

  /** How many steps are reached when a slide opens. */
  const opening = ([first]) => {
    const item = first?.parts?.[0];
    if (!item || item.dataset.celldeckStep !== undefined) return 0;
    return item.dataset.celldeckState !== undefined || item.closest("section.dim, section.spotlight") ? 1 : 0;
  };

  deck.lastStep = (slide) => {
    const steps = stepsOf(slide);
    return steps.length - opening(steps);
  };

  deck.stepOf = (element) => {
    const part = element.closest("[data-marpit-fragment]");
    const slide = part && deck.slides.find((candidate) => candidate.contains(part));
    // A name is that of all copies, and only the last has it.
    if (!slide || part.dataset.celldeckState) return 0;
    const steps = stepsOf(slide);
    return Math.max(0, steps.findIndex(({ parts }) => parts?.includes(part)) + 1 - opening(steps));
  };

  const CURRENT = "data-bespoke-marp-current-fragment";

  const mark = (part, isCurrent) => {
    if (isCurrent) part.setAttribute(CURRENT, "current");
    else part.removeAttribute(CURRENT);
  };

  /** Point out the lines of a block of code that belong to one of its states. */
  const light = (code, state) => {
    let first = null;
    for (const line of code.querySelectorAll(".code-line")) {
      const isLit = line.dataset.celldeckLit.split(" ").includes(String(state));
      line.classList.toggle("code-line-out", !isLit);
      if (isLit) first ??= line;
    }
    // Code that scrolls shows what is pointed out; where it fits, nothing moves.
    const box = code.parentElement;
    if (!first || !box.clientHeight || box.scrollHeight <= box.clientHeight + 1) return;
    const [line, frame] = [first.getBoundingClientRect(), box.getBoundingClientRect()];
    const scale = frame.height / box.offsetHeight; // of the slide in its window
    box.scrollTop += (line.top - frame.top) / scale - box.clientHeight / 3;
  };

  /** Mark the parts of a slide, or of a copy of one, as they are at a step. */
  deck.reveal = (slide, step) => {
    const steps = stepsOf(slide);
    const reached = step + opening(steps);
    for (const layer of slide.querySelectorAll("[data-celldeck-state]")) {
      layer.toggleAttribute("data-celldeck-now", Number(layer.dataset.celldeckState) === reached);
    }
    const states = new Map([...slide.querySelectorAll("[data-celldeck-states]")].map((code) => [code, 0]));
    for (const code of states.keys()) mark(code, false);
    steps.forEach(({ parts, code, state }, at) => {
      const isCurrent = at === reached - 1;
      if (code) {
        if (at < reached) states.set(code, state);
        if (isCurrent) mark(code, true);
        return;
      }
      for (const part of parts) {
        part.setAttribute("data-bespoke-marp-fragment", at < reached ? "active" : "inactive");
        mark(part, isCurrent);
      }
    });
    for (const [code, state] of states) light(code, state);
  };

  deck.on("step", ({ slide, step }) => deck.reveal(slide, step));

  // Printed from the browser, every slide is as it ends.
  addEventListener("beforeprint", () => { for (const slide of deck.slides) deck.reveal(slide, deck.lastStep(slide)); });
  addEventListener("afterprint", () => { if (deck.current) deck.reveal(deck.current, deck.step); });
}
