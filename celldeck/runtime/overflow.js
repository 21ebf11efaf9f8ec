/**
 * What does not fit: parts of a slide that leave it, run into its padding, or are cut off in a box of their own.
 *
 * Sets `deck.measure(slides)`, which resolves to a list of findings for each slide: at every step of it, with
 * everything that stands on it. A finding is `{how, side, px, step, what, text, src, tex, cell, lineHeight, height, width}`:
 * `how` is "slide", "padding" or "box"; `side` "top", "right", "bottom" or "left"; `px` by how much, in pixels of
 * the slide; `step` the first state in which it is so (from 0); the rest says what the first such part is.
 */
export default function overflow(deck) {
  const SIDES = ["top", "right", "bottom", "left"];
  const EDGE_PX = 2; // less is the rounding of fonts and layout
  const REPLACED = "img, svg, canvas, video, audio, iframe, object, embed, input, select, textarea, button, mjx-container";

  const contentOf = (slide) => {
    // Of collapsed copies there are the layers of each, and those of one show.
    const shown = ":scope > foreignObject:not([data-celldeck-state]:not([data-celldeck-now])) > section";
    const sections = slide.matches("section") ? [slide] : [...slide.querySelectorAll(shown)];
    return sections.find((one) => one.dataset.marpitAdvancedBackground === "content") ?? sections[0];
  };

  /** How far a box lies outside of another one, at each side, in pixels of the slide. */
  const beyond = (inner, outer, scale) => ({
    top: (outer.top - inner.top) / scale,
    right: (inner.right - outer.right) / scale,
    bottom: (inner.bottom - outer.bottom) / scale,
    left: (outer.left - inner.left) / scale,
  });

  const shrunk = (box, by, scale) => ({
    top: box.top + by.top * scale,
    right: box.right - by.right * scale,
    bottom: box.bottom - by.bottom * scale,
    left: box.left + by.left * scale,
  });

  const insets = (style, ...names) => Object.fromEntries(SIDES.map((side) =>
    [side, names.reduce((sum, name) => sum + (Number.parseFloat(style.getPropertyValue(name.replace("*", side))) || 0), 0)]));

  const cut = (box, frame) => ({
    top: Math.max(box.top, frame.top),
    right: Math.min(box.right, frame.right),
    bottom: Math.min(box.bottom, frame.bottom),
    left: Math.max(box.left, frame.left),
  });

  const isEmpty = (box) => box.right - box.left < 0.5 || box.bottom - box.top < 0.5;

  const isPainted = (style) => !/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor)
    || SIDES.some((side) => Number.parseFloat(style.getPropertyValue(`border-${side}-width`)) > 0);

  const kindOf = (element) => {
    if (element.closest("[data-cell] .cell-outputs")) return "output";
    if (element.matches("mjx-container")) return "formula";
    if (element.matches("img, svg, canvas")) return "picture";
    if (element.matches(REPLACED)) return "box";
    if (element.closest("pre, marp-pre")) return "code";
    return element.closest("table") ? "table" : "text";
  };

  const nameOf = (element, text) => {
    const cell = element.closest("[data-cell]");
    return {
      what: kindOf(element),
      text: text.replace(/\s+/g, " ").trim().slice(0, 80),
      src: element.getAttribute("src")?.slice(0, 500) ?? null,
      tex: element.closest("[data-tex]")?.dataset.tex.slice(0, 500) ?? null,
      cell: cell ? Number(cell.dataset.cell) : null,
    };
  };

  /** Findings of a slide in the state in which it is; the worst for each way and side. */
  const look = (slide, step, found) => {
    const section = contentOf(slide);
    const frame = section?.getBoundingClientRect();
    const scale = section?.offsetWidth ? frame.width / section.offsetWidth : 0;
    if (!scale) return;
    const style = getComputedStyle(section);
    const room = shrunk(frame, insets(style, "padding-*", "border-*-width"), scale);

    const note = (how, side, px, element, text, box) => {
      const key = `${how} ${side} ${how === "box" ? found.boxes.get(box.clip) ?? found.boxes.set(box.clip, found.boxes.size).size - 1 : ""}`;
      const known = found.list.get(key);
      if (known && known.px >= px) return;
      const size = getComputedStyle(element);
      found.list.set(key, {
        // The first part that leaves names the place; the one that leaves furthest says by how much.
        ...(known ?? {
          how, side, step, ...nameOf(element, text),
          lineHeight: Number.parseFloat(size.lineHeight) || Number.parseFloat(size.fontSize) * 1.2 || 0,
          width: (box.right - box.left) / scale,
          height: (box.bottom - box.top) / scale,
        }),
        px: Math.round(px * 10) / 10,
      });
    };

    const judge = (box, element, text, place, name = text) => {
      const seen = place.clips.reduce((rest, clip) => cut(rest, clip.box), box);
      for (const clip of place.clips) {
        const out = beyond(box, clip.box, scale);
        for (const side of SIDES) {
          if (out[side] > Math.max(EDGE_PX, clip.slack) && clip.cuts(side)) {
            note("box", side, out[side], element, name, { ...box, clip: clip.element });
          }
        }
      }
      if (isEmpty(seen)) return;
      const out = beyond(seen, frame, scale);
      const tight = beyond(seen, room, scale);
      // A line of text is as high as its font, which may be more than the line is high.
      const slack = text ? Math.max(EDGE_PX, (0.3 * (box.bottom - box.top)) / scale) : EDGE_PX;
      for (const side of SIDES) {
        const upright = side === "top" || side === "bottom";
        if (out[side] > (text && upright ? Math.max(EDGE_PX, slack / 3) : EDGE_PX)) note("slide", side, out[side], element, name, box);
        else if (place.flows && tight[side] > (upright ? slack : EDGE_PX) + place.pulled[side]) {
          note("padding", side, tight[side], element, name, box);
        }
      }
    };

    const visit = (element, place) => {
      const own = getComputedStyle(element);
      if (own.display === "none") return;
      const isSeen = own.visibility === "visible";
      if (element !== section) {
        const pulled = insets(own, "margin-*");
        place = {
          ...place,
          flows: place.flows && !/absolute|fixed|sticky/.test(own.position) && !element.matches("header, footer"),
          // What an author has pulled into the padding by a negative margin is meant to be there.
          pulled: Object.fromEntries(SIDES.map((side) => [side, place.pulled[side] + Math.max(0, -pulled[side])])),
        };
        if (/absolute|fixed/.test(own.position)) place.clips = place.clips.filter(({ holds }) => holds);
      }
      if (element.matches(REPLACED)) {
        const box = element.getBoundingClientRect();
        if (isSeen && !isEmpty(box) && own.opacity !== "0") judge(box, element, "", place);
        return;
      }
      // A ground or a frame that is seen belongs to what stands on it.
      if (isSeen && element.matches("pre, marp-pre, table, blockquote") && isPainted(own)) {
        judge(element.getBoundingClientRect(), element, "", place, element.textContent);
      }
      if (element !== section && /hidden|clip|auto|scroll/.test(own.overflowX + own.overflowY) && own.display !== "inline") {
        const box = shrunk(element.getBoundingClientRect(), insets(own, "border-*-width"), scale);
        const small = box.right - box.left < 8 * scale || box.bottom - box.top < 8 * scale;
        place = { ...place, clips: [...place.clips, {
          element,
          box,
          slack: small ? Infinity : 0.35 * Number.parseFloat(own.fontSize),
          holds: own.position !== "static",
          cuts: (side) => (side === "left" || side === "right" ? own.overflowX : own.overflowY) !== "visible"
            && own.textOverflow !== "ellipsis",
        }] };
      }
      for (const child of element.childNodes) {
        if (child instanceof Element) visit(child, place);
        else if (isSeen && child.nodeType === Node.TEXT_NODE && child.data.trim()) {
          const range = document.createRange();
          range.selectNodeContents(child);
          for (const box of range.getClientRects()) if (!isEmpty(box)) judge(box, element, child.data, place);
        }
      }
    };

    visit(section, { flows: true, clips: [], pulled: { top: 0, right: 0, bottom: 0, left: 0 } });
  };

  const states = (slide) => {
    const found = { list: new Map(), boxes: new Map() };
    const last = deck.lastStep(slide);
    const shown = slide === deck.current ? deck.step : 0;
    for (let step = 0; step <= last; step += 1) {
      if (last) deck.reveal(slide, step);
      look(slide, step, found);
    }
    if (last) deck.reveal(slide, shown);
    return [...found.list.values()];
  };

  // A window out of sight draws no frames.
  const frame = () => new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 60); });

  deck.measure = async (slides) => {
    for (const slide of slides) slide.classList.add("celldeck-measured");
    try {
      const pictures = slides.flatMap((slide) => [...slide.querySelectorAll("img")]);
      for (const picture of pictures) picture.loading = "eager";
      const there = Promise.all([document.fonts.ready, ...pictures.map((picture) => picture.decode().catch(() => {}))]);
      await Promise.race([there, new Promise((done) => setTimeout(done, 3000))]);
      // Auto-scaling measures in the first frame, and its result stands in the second.
      await frame();
      await frame();
      return slides.map((slide) => (slide.isConnected ? states(slide) : []));
    } finally {
      for (const slide of slides) slide.classList.remove("celldeck-measured");
    }
  };
}
