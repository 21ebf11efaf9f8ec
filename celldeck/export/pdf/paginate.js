/** Give notes the room that they need: a higher sheet, smaller type, further sheets. */
(() => {
  const SMALLEST = 0.7;
  const styles = document.head.appendChild(document.createElement("style"));
  const sheets = () => document.querySelectorAll(".celldeck-sheet");

  // Below a slide: its page is as much higher as its notes are. Chromium rounds paper to whole points.
  for (const [number, sheet] of sheets().entries()) {
    if (!sheet.classList.contains("celldeck-below")) continue;
    const height = Math.ceil(sheet.scrollHeight / 4) * 4;
    styles.append(`@page celldeck-${number} { size: ${sheet.clientWidth}px ${height}px; margin: 0 }\n`);
    sheet.style.height = `${height}px`;
    sheet.style.page = `celldeck-${number}`;
  }

  const overflows = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;

  const shrink = (notes) => {
    for (let size = 1; size >= SMALLEST && overflows(notes); size -= 0.05) notes.style.fontSize = `${size}em`;
  };

  // The end of an element, cut off so that the rest fits: whole blocks, or else words of the last one.
  const cut = (from, box) => {
    const rest = from.cloneNode(false);
    while (from.lastChild && overflows(box)) {
      const last = from.lastChild;
      last.remove();
      if (!overflows(box) && last.nodeType === Node.ELEMENT_NODE && last.childNodes.length) {
        // It fits without this one, so some of this one may fit as well.
        from.append(last);
        rest.prepend(cut(last, box));
        if (!last.childNodes.length) last.remove();
      } else if (!overflows(box) && last.nodeType === Node.TEXT_NODE) {
        const words = last.data.split(/(?<=\s)/);
        let [fits, all] = [0, words.length];
        const piece = from.appendChild(document.createTextNode(""));
        while (fits < all) {
          const half = Math.ceil((fits + all) / 2);
          piece.data = words.slice(0, half).join("");
          if (overflows(box)) all = half - 1;
          else fits = half;
        }
        piece.data = words.slice(0, fits).join("");
        // Where nothing of it fits, its element is empty, and goes on as a whole.
        if (!fits) piece.remove();
        rest.prepend(words.slice(fits).join(""));
      } else rest.prepend(last);
    }
    // A heading goes with what it is of.
    while (from.lastElementChild?.matches("h1, h2, [class^=celldeck-heading]") && from.children.length > 1
        && !from.lastChild.data?.trim()) {
      rest.prepend(from.lastElementChild);
    }
    return rest;
  };

  const goOn = (sheet, rest) => {
    const next = document.createElement("div");
    next.className = "celldeck-sheet celldeck-appendix";
    next.dataset.sheet = sheet.dataset.sheet;
    next.append(rest);
    rest.classList.add("celldeck-notes");
    rest.style.fontSize = "";
    let after = sheet;
    while (after.nextElementSibling?.dataset.sheet === sheet.dataset.sheet) after = after.nextElementSibling;
    after.after(next);
    if (!overflows(rest)) return;
    const further = cut(rest, rest);
    // What cannot be cut at all stays, over its edge.
    if (rest.childNodes.length && further.textContent) goOn(next, further);
    else if (further.childNodes.length) rest.append(...further.childNodes);
  };

  for (const sheet of [...sheets()]) {
    if (sheet.classList.contains("celldeck-below")) continue;
    for (const notes of [...sheet.querySelectorAll(".celldeck-notes")]) {
      if (!overflows(notes)) continue;
      if (!sheet.classList.contains("celldeck-appendix")) shrink(notes);
      if (overflows(notes)) goOn(sheet, cut(notes, notes));
    }
  }
})
