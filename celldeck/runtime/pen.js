/**
 * Drawing on slides. A stroke belongs to a slide and the step it was drawn at, and shows from that step on; it
 * is part of the slide's SVG, so it is printed, and seen in every window of the talk. Touch and pen draw too.
 */
export default function pen(deck) {
  const color = "#e5383b";
  const width = 5; // in units of the slide, which is 1280 or 960 of them wide
  const strokes = new Map(); // id → {id, index, step, color, width, points}
  const svg = "http://www.w3.org/2000/svg";
  const place = `celldeck-drawings ${deck.key}`;
  let drawing = null;

  const pathOf = ([first, ...rest]) => {
    const [x, y] = first;
    // A dot is a line of no length, which round ends make visible.
    return `M${x} ${y}${(rest.length ? rest : [first]).map(([px, py]) => `L${px} ${py}`).join("")}`;
  };

  const draw = () => {
    for (const [index, slide] of deck.slides.entries()) {
      const ours = [...strokes.values()].filter((stroke) => stroke.index === index);
      let layer = slide.querySelector(":scope > .celldeck-ink");
      if (!ours.length) {
        layer?.remove();
        continue;
      }
      if (!layer) {
        layer = slide.appendChild(document.createElementNS(svg, "g"));
        layer.setAttribute("class", "celldeck-ink");
        layer.setAttribute("aria-hidden", "true");
      }
      layer.replaceChildren(...ours.map((stroke) => {
        const path = document.createElementNS(svg, "path");
        path.setAttribute("d", pathOf(stroke.points));
        path.setAttribute("stroke", stroke.color);
        path.setAttribute("stroke-width", stroke.width);
        path.setAttribute("data-step", stroke.step);
        return path;
      }));
    }
    reveal();
  };

  const reveal = () => {
    for (const path of deck.current?.querySelectorAll(":scope > .celldeck-ink > path") ?? []) {
      path.style.display = Number(path.dataset.step) > deck.step ? "none" : "";
    }
  };

  const keep = () => {
    try {
      sessionStorage.setItem(place, JSON.stringify([...strokes.values()]));
    } catch {
      // No storage here: the drawings last as long as the window.
    }
  };

  const put = (stroke) => {
    strokes.set(stroke.id, stroke);
    draw();
  };

  const drop = (ids) => {
    for (const id of ids) strokes.delete(id);
    draw();
    keep();
  };

  const dropped = (ids) => {
    if (!ids.length) return;
    drop(ids);
    deck.project("erase", ids);
  };

  const here = () => [...strokes.values()].filter(({ index }) => index === deck.index).map(({ id }) => id);

  deck.parent.addEventListener("pointerdown", (event) => {
    if (deck.tool !== "pen" || event.button || drawing) return;
    const at = deck.pointOf(event);
    if (!at) return;
    event.preventDefault();
    deck.parent.setPointerCapture?.(event.pointerId);
    drawing = { id: `${deck.key}-${Math.random()}`, index: deck.index, step: deck.step, color, width, points: [[at.x, at.y]] };
    put(drawing);
  });
  deck.parent.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const { x, y } = deck.pointOf(each);
      const [px, py] = drawing.points.at(-1);
      if (Math.hypot(x - px, y - py) >= 2) drawing.points.push([x, y]);
    }
    put(drawing);
    deck.project("stroke", drawing);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    deck.parent.addEventListener(end, () => {
      if (!drawing) return;
      deck.project("stroke", drawing);
      drawing = null;
      keep();
    });
  }

  deck.action("pen", () => deck.takeTool("pen"));
  deck.action("undo", () => dropped(here().slice(-1)));
  deck.action("clear", () => dropped(here()));
  deck.action("save-drawings", () => {
    const list = [...strokes.values()].map(({ index, id, ...rest }) => ({ slide: index + 1, ...rest }));
    deck.save("drawings.json", JSON.stringify({ celldeck: "drawings", strokes: list }, null, 1));
  });

  deck.hear("stroke", (stroke) => {
    if (deck.isHeld) return;
    put(stroke);
    keep();
  });
  deck.hear("erase", drop);
  deck.hear("hello", () => { for (const stroke of strokes.values()) deck.project("stroke", stroke); });
  deck.on("released", () => { for (const stroke of strokes.values()) deck.send("stroke", stroke); });
  deck.on("step", reveal);
  deck.on("slides", draw);

  try {
    for (const stroke of JSON.parse(sessionStorage.getItem(place) ?? "[]")) strokes.set(stroke.id, stroke);
  } catch {
    // What is kept there is not ours, or there is no storage.
  }
  if (strokes.size) draw();
}
