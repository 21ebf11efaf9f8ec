/**
 * Tells whoever listens instead of looking what a step shows: the slide's number and title when it turns, then
 * what each step brings, once. Slides get a role and a name; the text itself stays readable as it is.
 */
export default function announce(deck) {
  const voice = document.createElement("div");
  voice.className = "celldeck-voice";
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  document.body.append(voice);

  // A slide without a first-level heading has the talk's title in its place, for those who go by headings.
  const heading = document.createElement("h1");
  heading.className = "celldeck-voice";
  heading.textContent = document.title;
  const head = ({ slide }) => { heading.hidden = Boolean(slide.querySelector("h1, [role=heading][aria-level='1']")); };

  const titleOf = (slide) => slide.querySelector(":is(h1, h2, h3, h4, h5, h6)")?.textContent.trim() ?? "";

  const name = () => {
    deck.slides.forEach((slide, at) => {
      const label = `${at + 1} of ${deck.slides.length}`;
      // What is as it should be is not touched: a deck has hundreds of slides, and an edit changes one.
      if (slide.getAttribute("aria-label") === label) return;
      slide.setAttribute("role", "group");
      slide.setAttribute("aria-roledescription", "slide");
      slide.setAttribute("aria-label", label);
    });
  };

  const GREY = ["grey", "gray", "lightgrey", "lightgray", "silver", "dim", "dimmed", "muted", "faded", "faint"]
    .map((name) => `.${name}:not(section)`).join();

  /** The texts of a state that are in the light. */
  const lit = (layer) => {
    const texts = [];
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const grey = (node.closest ? node : node.parentElement).closest(GREY);
      const text = (node.nodeType === Node.TEXT_NODE ? node.data : node.alt ?? "").replace(/\s+/g, " ").trim();
      if (text && !grey) texts.push(text);
    }
    return texts;
  };

  /** What a state of collapsed copies brings that the one before has not. */
  const brought = (layer) => {
    const number = Number(layer.dataset.celldeckState) - 1;
    const before = layer.parentElement.querySelector(`[data-celldeck-state="${number}"][data-marpit-fragment]`);
    const known = before ? lit(before) : [];
    return lit(layer).filter((text) => {
      const at = known.indexOf(text);
      if (at >= 0) known.splice(at, 1);
      return at < 0;
    }).join(" ");
  };

  /** The lines of a block of code that stand out, with their numbers. */
  const linesOf = (code) => {
    const lines = [...code.querySelectorAll(".code-line")];
    if (!lines.some((line) => line.classList.contains("code-line-out"))) return "All lines of the code";
    return lines.map((line, at) => (
      line.classList.contains("code-line-out") ? "" : `Line ${at + 1}: ${line.textContent.trim()}`
    )).filter(Boolean).join(". ");
  };

  const shown = (slide) => {
    const parts = [...slide.querySelectorAll("[data-bespoke-marp-current-fragment]")];
    // A list inside an item that shows with it is part of its text already.
    const outer = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
    return outer.map((part) => {
      if (part.dataset.celldeckState) return brought(part);
      if (part.dataset.celldeckStates) return linesOf(part);
      const copy = part.cloneNode(true);
      for (const later of copy.querySelectorAll('[data-bespoke-marp-fragment="inactive"]')) later.remove();
      for (const picture of copy.querySelectorAll("img[alt], [role=img][aria-label]")) {
        picture.replaceWith(` ${picture.getAttribute("alt") ?? picture.getAttribute("aria-label")} `);
      }
      return copy.textContent.replace(/\s+/g, " ").trim();
    }).filter(Boolean).join(". ");
  };

  deck.parent.setAttribute("role", "main");
  const header = deck.panels?.bar ?? document.createElement("header");
  header.append(heading);
  if (!header.isConnected) document.body.prepend(header);
  name();
  deck.on("slides", name);
  deck.on("step", head);
  deck.on("step", ({ index, slide, step, from }) => {
    if (from.index < 0) return; // The page has just been read out.
    if (index !== from.index) voice.textContent = `Slide ${index + 1} of ${deck.slides.length}: ${titleOf(slide)}`;
    else if (step > from.step) voice.textContent = shown(slide) || `Step ${step} of ${deck.lastStep(slide)}`;
    else voice.textContent = `Step ${step} of ${deck.lastStep(slide)}`;
  });
}
