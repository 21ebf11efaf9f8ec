/** Make a page ready to be printed, and say where its blanks stand and how large; see stand_ins.py.
 *
 * Args: `where`, a selector of all that may have a blank in its background; `sizes` has [width, height, whether it has
 * this size of its own, whether a box stretches it] of each picture, by name; `drawnSize` and `changesPixels`: see the
 * files of these names.
 */
((where, sizes, drawnSize, changesPixels) => {
  // Chromium leaves out links to files, and would write the address of its temporary one into the PDF. So a link
  // to a file beside the deck goes through the print as one to this host, which exists nowhere. So does one to
  // another slide, which may be printed elsewhere.
  for (const link of document.querySelectorAll("a[href]")) {
    const address = link.getAttribute("href");
    if (/^#./.test(address)) link.href = "https://relative.invalid/" + address;
    else if (!/^(#|[a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) {
      link.href = "https://relative.invalid/" + encodeURIComponent(address);
    }
  }
  // What repeats on every slide is no content of any: a screen reader would read it each time.
  for (const repeated of document.querySelectorAll("section > header, section > footer")) {
    repeated.setAttribute("aria-hidden", "true");
  }
  // A picture behind the text is decoration; one beside it is content, with its alternative text or without.
  for (const figure of document.querySelectorAll("[data-marpit-advanced-background-container] > figure")) {
    const isBeside = figure.closest("section").hasAttribute("data-marpit-advanced-background-split");
    if (figure.textContent) {
      figure.setAttribute("role", "img");
      figure.setAttribute("aria-label", figure.textContent);
    } else if (!isBeside) figure.setAttribute("aria-hidden", "true");
  }
  // Chromium keeps a picture without a text from readers as if it were none; it is one that lacks its text.
  for (const image of document.querySelectorAll('section img:is([alt=""], :not([alt]))')) {
    image.setAttribute("role", "img");
  }

  // What has a filter or a mask is printed without its tags: of such a picture, a box in its place tells, with as
  // little colour as is still printed.
  const content = "section img, [data-marpit-advanced-background-container] > figure:not([aria-hidden=true])";
  for (const image of document.querySelectorAll(content)) {
    if (!changesPixels(image)) continue;
    const sheet = image.closest(".celldeck-sheet");
    const [box, around] = [image.getBoundingClientRect(), sheet.getBoundingClientRect()];
    const place = document.createElement("div");
    place.className = "celldeck-tag";
    place.id = `celldeck-tag-${sheet.dataset.sheet}-${sheet.childElementCount}`;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", image.alt ?? image.textContent);
    place.style = `position: absolute; left: ${box.left - around.left}px; top: ${box.top - around.top}px;
      width: ${box.width}px; height: ${box.height}px; background: rgb(128 128 128 / 0.004)`;
    sheet.append(place);
    image.setAttribute("aria-hidden", "true");
    const parent = image.parentElement;
    const owned = parent.getAttribute("aria-owns");
    parent.setAttribute("aria-owns", owned ? `${owned} ${place.id}` : place.id);
  }

  const uses = {};
  const nameIn = (address) => {
    const name = /#([0-9a-f]{16})(?:"|'|\)|$)/.exec(address)?.[1];
    return name in sizes ? name : undefined;
  };
  // For each sheet by itself: what is printed of it may not depend on what is printed with it.
  const note = (name, element, scale, isWhole, isSeen) => {
    const use = (uses[name] ??= { scale: 0, sheets: {} });
    use.scale = Math.max(use.scale, scale);
    const number = element.closest(".celldeck-sheet").dataset.sheet;
    const there = (use.sheets[number] ??= { isWhole: true, isSeen: false });
    there.isWhole &&= isWhole;
    there.isSeen ||= isSeen;
    return use;
  };
  const sticksOut = (box, around) =>
    box.left < around.left - 0.5 ||
    box.top < around.top - 0.5 ||
    box.right > around.right + 0.5 ||
    box.bottom > around.bottom + 0.5;
  // Of what is not seen as a whole, Chromium prints the pixels that are.
  const isCut = (element, box) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      const isEdge = at.matches(".celldeck-sheet") || /hidden|clip|auto|scroll/.test(getComputedStyle(at).overflow);
      if (isEdge && sticksOut(box, at.getBoundingClientRect())) return true;
    }
    return false;
  };
  // A drawing keeps its proportions, where the blank would take those of the box.
  const hasOthers = (x, y) => Math.abs(x / y - 1) > 0.001;
  for (const image of document.images) {
    const name = nameIn(image.src);
    if (!name) continue;
    const box = image.getBoundingClientRect();
    const style = getComputedStyle(image);
    const [x, y] = [box.width / image.naturalWidth, box.height / image.naturalHeight];
    const fits = style.objectFit === "contain" || style.objectFit === "scale-down";
    const isFilled = fits || (style.objectFit === "fill" && sizes[name][3]) || !hasOthers(x, y);
    const scale = fits ? Math.min(x, y) : Math.max(x, y);
    // A step that is not reached has its picture nowhere.
    const isSeen = box.width > 0 && box.height > 0;
    const isWhole = !changesPixels(image) && isFilled && !isCut(image, box);
    note(name, image, scale, isWhole || !isSeen, isSeen);
  }
  for (const element of document.querySelectorAll(where)) {
    for (const pseudo of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, pseudo);
      const name = nameIn(style.backgroundImage);
      if (!name || style.content === "none" || style.visibility === "hidden") continue;
      const isPlain = style.backgroundImage.indexOf("url(") === style.backgroundImage.lastIndexOf("url(");
      const [width, height, hasSize, isStretched] = sizes[name];
      const isSized = hasSize || style.backgroundSize !== "auto";
      const isOnce = style.backgroundRepeat === "no-repeat";
      const box = element.getBoundingClientRect();
      const drawn = drawnSize(style.backgroundSize, [width, height], [box.width, box.height]);
      const isLarger = drawn[0] > box.width + 0.5 || drawn[1] > box.height + 0.5;
      // Where the box of a pseudo-element is, nothing tells.
      const isCropped = !pseudo && (isLarger || isCut(element, box));
      const isFilled = isStretched || !hasOthers(drawn[0] / width, drawn[1] / height);
      const isWhole = isPlain && isSized && isOnce && isFilled && !isCropped && !changesPixels(element);
      const use = note(name, element, 0, isWhole, box.width > 0 && box.height > 0);
      // How large the box of a pseudo-element is, nothing tells: mostly no larger than what it stands in.
      const shown = pseudo && !/px/.test(style.backgroundSize) ? [box.width, box.height] : drawn;
      use.box = shown.map((side, axis) => Math.max(side, use.box?.[axis] ?? 0));
    }
  }
  const sheets = [...document.querySelectorAll(".celldeck-sheet")];
  const boxIn = (sheet, element) => {
    const [box, around] = [element.getBoundingClientRect(), sheet.getBoundingClientRect()];
    return [box.x - around.x, box.y - around.y, box.width, box.height];
  };
  const formulas = [];
  const pages = sheets.map((sheet, number) => {
    for (const formula of sheet.querySelectorAll("mjx-container[data-tex]")) {
      formulas.push([number, ...boxIn(sheet, formula), formula.dataset.tex]);
    }
    const named = [...sheet.querySelectorAll("[id]:not(.celldeck-tag)")].filter((e) => e instanceof HTMLElement && e.id !== ":$p");
    return {
      sheet: Number(sheet.dataset.sheet),
      slides: [...sheet.querySelectorAll(String.raw`#\:\$p`)].map((slide) => boxIn(sheet, slide)),
      names: named.map((element) => [element.id, ...boxIn(sheet, element).slice(0, 2)]),
    };
  });
  return { uses, formulas, pages };
})
