/**
 * What cells give while they run, in the place of what was built; and their code as it was changed here.
 *
 * The elements stay, so that themes find what they know; what stood in them is put aside, and put back by a reset
 * and before a build changes the slides. What has no room left on the slide scrolls, and stays at its end.
 */
export default function outputs(deck) {
  const { cells } = deck;
  const leastRoom = 90; // pixels of the slide
  const reading = new WeakSet();
  const aside = new Map(); // element -> {built: what stood in it, html: what stands in it now, parts}

  const nodesOf = (html) => {
    // Under the policy of the page nothing in it runs.
    const template = document.createElement("template");
    template.innerHTML = html;
    return document.importNode(template.content, true);
  };

  const putAside = (element) => {
    if (!aside.has(element)) {
      const built = document.createDocumentFragment();
      built.append(...element.childNodes);
      aside.set(element, { built, html: null, parts: [] });
    }
    return aside.get(element);
  };

  const putBack = (element) => {
    const had = aside.get(element);
    if (!had) return;
    aside.delete(element);
    element.replaceChildren(had.built);
    element.classList.remove("celldeck-live");
    element.style.maxHeight = "";
    const box = element.parentElement;
    if (box?.classList.contains("celldeck-made")) {
      box.remove();
      cells.lookAnew();
    }
  };

  const drop = (node) => {
    if (node instanceof Element) growing.unobserve(node);
    node.remove();
  };

  /** Bring an element's children in line with the HTML of each of them. */
  const fill = (element, parts) => {
    const had = putAside(element).parts;
    parts.forEach((html, at) => {
      if (had[at]?.html === html) return;
      const nodes = [...nodesOf(html).childNodes];
      if (had[at]) {
        had[at].nodes[0]?.before(...nodes);
        had[at].nodes.forEach(drop);
      } else {
        element.append(...nodes);
      }
      had[at] = { html, nodes };
      for (const node of nodes) if (node instanceof Element) growing.observe(node);
    });
    for (const { nodes } of had.splice(parts.length)) nodes.forEach(drop);
  };

  // What is put in gets its height later, by whatever scales it. Who has scrolled up to read is left there.
  const growing = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const place = target.closest(".celldeck-live");
      if (place && !reading.has(place)) place.scrollTop = place.scrollHeight;
    }
  });
  for (const kind of ["wheel", "pointerup", "touchend", "keyup"]) {
    deck.parent.addEventListener(kind, ({ target }) => {
      const place = target.closest?.(".celldeck-live");
      if (place) setTimeout(() => (isAtEnd(place) ? reading.delete(place) : reading.add(place)), 100);
    }, { passive: true });
  }

  const isAtEnd = (element) => element.scrollHeight - element.scrollTop - element.clientHeight < 30;

  /** Leave an element the room that there is on the slide below its top. */
  const limit = (element) => {
    const section = element.closest("section");
    if (!section?.offsetHeight || !element.checkVisibility?.()) return;
    const frame = section.getBoundingClientRect();
    const scale = frame.height / section.offsetHeight;
    if (!scale) return;
    const inset = parseFloat(getComputedStyle(section).paddingBottom) || 0;
    const top = (element.getBoundingClientRect().top - frame.top) / scale;
    element.style.maxHeight = `${Math.max(leastRoom, section.offsetHeight - inset * 0.6 - top)}px`;
  };

  const showOutputs = (number, parts) => {
    const { code, box } = cells.elementsOf(number);
    const places = box.flatMap((one) => [...one.querySelectorAll(":scope > .cell-outputs")]);
    if (parts === null) {
      places.forEach(putBack);
      return;
    }
    if (!places.length && code) {
      // A cell that showed nothing has no place for outputs yet.
      const made = document.createElement("div");
      made.className = "cell cell-no-code celldeck-made";
      made.dataset.cell = String(number);
      places.push(made.appendChild(document.createElement("div")));
      places[0].className = "cell-outputs";
      code.after(made);
      cells.lookAnew();
    }
    for (const place of places) {
      place.classList.add("celldeck-live");
      fill(place, parts);
      limit(place);
    }
  };

  const showCode = (number, html) => {
    const code = cells.elementsOf(number).code?.querySelector("code");
    if (!code) return;
    if (!html) putBack(code);
    else if (aside.get(code)?.html !== html) {
      putAside(code).html = html;
      code.replaceChildren(...nodesOf(html).querySelector("code").childNodes);
    }
  };

  const show = (numbers) => {
    for (const number of numbers) {
      const cell = cells.all.get(number);
      if (!cell) continue;
      showCode(number, cell.isEdited ? cell.code : null);
      showOutputs(number, cell.parts);
    }
    deck.emit("outputs", numbers);
  };

  const showAll = () => show([...cells.all.values()].filter((cell) => cell.isEdited || cell.parts).map(({ cell }) => cell));

  // A build changes what was built, so that has to be there.
  const replaceSlides = deck.replaceSlides;
  deck.replaceSlides = (...given) => {
    [...aside.keys()].forEach(putBack);
    return replaceSlides(...given);
  };

  deck.on("cells", show);
  deck.on("slides", showAll);
  deck.on("slide", () => {
    for (const element of aside.keys()) if (element.classList.contains("celldeck-live")) limit(element);
  });
}
