/**
 * The deck: its slides, the one that shows and how far it has come, and who hears of changes.
 *
 * A *step* says how much of a slide has been revealed: 0 is nothing yet, `lastStep(slide)` everything.
 * Events: "slide" (another slide shows) and "step" (another slide or step shows), both with
 * `{index, step, slide, from: {index, step}}`; "slides" after `replaceSlides`, with `{slides, changed}`;
 * "style" after `restyle`.
 *
 * @param {Element} parent whose children are the slides
 */
export default function deck(parent) {
  const listeners = new Map();
  const root = parent.ownerDocument;
  let slides = [];
  let index = -1;
  let step = 0;

  const self = {
    parent,
    get slides() { return slides; },
    get index() { return index; },
    get step() { return step; },
    get current() { return slides[index]; },

    /** What keys and buttons can do, by name (`keymap.py` has the table of them). */
    actions: new Map(),

    action(name, run) { self.actions.set(name, run); },

    /** How a change gets onto the screen: at once. `transitions.js` replaces this. */
    paint(update) { update(); },

    /** How many steps a slide has; the module that knows about steps replaces this. */
    lastStep: () => 0,

    /** The step at which an element of a slide shows. */
    stepOf: () => 0,

    on(event, listener) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(listener);
      return () => listeners.get(event).delete(listener);
    },

    emit(event, detail) {
      for (const listener of listeners.get(event) ?? []) listener(detail);
    },

    /**
     * Show a slide (from 0) at a step; both are brought into range. Says whether anything changed.
     *
     * Where this deck stands is told at once by `index` and `step`; the events come when it shows, which a
     * transition may put off until the next frame. `remote` says that another window has asked for it.
     */
    go(toIndex, toStep = 0, { animate = true, remote = false } = {}) {
      if (!slides.length) return false;
      const from = { index, step };
      const nextIndex = Math.min(Math.max(toIndex, 0), slides.length - 1);
      const nextStep = Math.min(Math.max(toStep, 0), self.lastStep(slides[nextIndex]));
      if (nextIndex === index && nextStep === step) return false;
      index = nextIndex;
      step = nextStep;
      const detail = { index, step, slide: slides[index], from, animate, remote };
      self.paint(() => {
        if (detail.index !== from.index) {
          mark(detail.index);
          self.emit("slide", detail);
        }
        self.emit("step", detail);
      }, detail);
      return true;
    },

    /** One step on. With `skip` what is left of the slide shows at once, then the next slide whole. */
    next({ skip = false } = {}) {
      const last = self.lastStep(slides[index]);
      if (step < last) return self.go(index, skip ? last : step + 1);
      return index + 1 < slides.length && self.go(index + 1, skip ? Infinity : 0);
    },

    /** One step back. A slide that is come to from behind shows all it has. */
    prev({ skip = false } = {}) {
      if (step > 0 && !skip) return self.go(index, step - 1);
      return index > 0 && self.go(index - 1, Infinity);
    },

    /** What some HTML is, with scripts that run when it is put into the page. */
    html(text) {
      const template = root.createElement("template");
      template.innerHTML = text.trim();
      const content = root.importNode(template.content, true);
      // Scripts that come through innerHTML are dead; new ones with the same text run when they are inserted.
      for (const dead of content.querySelectorAll("script")) {
        const script = root.createElement("script");
        for (const { name, value } of dead.attributes) script.setAttribute(name, value);
        script.textContent = dead.textContent;
        // Under the policy of a served page, scripts of the author's own run with its nonce.
        if (self.options?.ownScripts) script.nonce = root.querySelector("script[nonce]")?.nonce ?? "";
        dead.replaceWith(script);
      }
      return content;
    },

    /** Put another stylesheet of the deck in place. */
    restyle(css) {
      const sheet = root.querySelector("style[data-celldeck='deck']");
      if (sheet) sheet.textContent = css;
      self.emit("style");
    },

    /**
     * Put other slides in place and stay where the talk is.
     *
     * @param {(number|string|[number, string]|[number, string, string])[]} list a number keeps the slide that stood
     *   there, a string is a new slide's HTML, and both together what the slide that stood there has become; with
     *   three, the HTML that it had stands before the one that it gets, so what both share stays as it is
     * @returns {Element[]} the slides that are others now
     */
    replaceSlides(list) {
      const old = slides;
      const origin = (entry) => (Array.isArray(entry) ? entry[0] : entry);
      const shown = list.findIndex((entry) => origin(entry) === index);
      const changed = [];
      const made = list.map((entry) => {
        if (typeof entry === "number") return old[entry];
        const html = Array.isArray(entry) ? entry.at(-1) : entry;
        const slide = entry.length === 3 && self.patch(old[entry[0]], entry[1], html) ? old[entry[0]] : self.html(html).firstElementChild;
        changed.push(slide);
        return slide;
      });
      if (made.length !== old.length || made.some((slide, at) => slide !== old[at])) place(made, old);
      slides = made;
      for (const slide of changed) slide.classList.add("bespoke-marp-slide");
      const [toIndex, toStep] = [shown >= 0 ? shown : index, step];
      index = -1;
      self.emit("slides", { slides, changed });
      self.go(toIndex, toStep, { animate: false });
      return changed;
    },

    /** Turn a slide into what other HTML says, and say whether that can be done; `patch.js` knows how. */
    patch: () => false,
  };

  /** Bring the slides into the page in their order, and take out those that are not among them. */
  function place(made, old) {
    const kept = new Set(made);
    for (const slide of old) if (!kept.has(slide)) slide.remove();
    // From the last to the first, and only where needed: a node that moves loads its frames again.
    let following = [...parent.children].find((child) => !kept.has(child)) ?? null;
    for (const slide of [...made].reverse()) {
      if (slide.parentNode !== parent || slide.nextElementSibling !== following) parent.insertBefore(slide, following);
      following = slide;
    }
  }

  function mark(shownIndex) {
    const shown = slides[shownIndex];
    const isNew = !shown.classList.contains("bespoke-marp-active");
    slides.forEach((slide, at) => {
      const active = at === shownIndex;
      // What is as it should be is not touched: with hundreds of slides even that takes its time.
      if (slide.classList.contains("bespoke-marp-active") !== active) slide.classList.toggle("bespoke-marp-active", active);
      if (active) slide.removeAttribute("aria-hidden");
      else if (!slide.hasAttribute("aria-hidden")) slide.setAttribute("aria-hidden", "true");
    });
    if (!isNew) return;
    // Animations of a slide start when it shows: with the class they are off (deck.css), measuring makes
    // the browser notice, without the class they start anew.
    shown.classList.add("bespoke-marp-active-ready");
    shown.getBoundingClientRect();
    shown.classList.remove("bespoke-marp-active-ready");
  }

  slides = [...parent.children].filter((child) => child.matches("svg, section"));
  parent.classList.add("bespoke-marp-parent");
  for (const slide of slides) slide.classList.add("bespoke-marp-slide");
  return self;
}
