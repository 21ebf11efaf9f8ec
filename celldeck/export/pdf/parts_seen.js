/** Let backgrounds that are larger than their boxes be the parts of pictures that are seen.
 *
 * A part may begin between two pixels, so it has others than the picture: only where there are many of them.
 *
 * Returns these parts by a key: the name of the picture, and left, top, right and bottom as shares of its sides.
 *
 * CSS Backgrounds and Borders, background-position: https://www.w3.org/TR/css-backgrounds-3/#the-background-position
 *
 * Args: `where`, a selector of all that may have a blank in its background; `sizes` has [width, height] of each picture
 * that a blank stands for, by name; `drawnSize` and `changesPixels`: see the files of these names; `most`, how many CSS
 * pixels one of a picture may be; `addresses`, what is to be shown in the place of a part, by its key.
 */
((where, sizes, drawnSize, changesPixels, most, addresses) => {
  const parts = {};
  const set = (element, property, value) => element.style.setProperty(property, value, "important");
  // Along one axis: which share of the picture is seen, and how large and where that is drawn.
  const along = (drawn, around, position) => {
    const [, number, unit] = /^(-?[\d.]+)(%|px)$/.exec(position) ?? [];
    if (!unit) return null;
    const start = unit === "%" ? ((around - drawn) * number) / 100 : Number(number);
    if (drawn > around + 0.5) {
      const share = [-start / drawn, (around - start) / drawn];
      return share[0] < -0.001 || share[1] > 1.001 ? null : { share, size: "100%", start: "0px" };
    }
    if (start < -0.5 || start + drawn > around + 0.5) return null;
    return { share: [0, 1], size: `${drawn}px`, start: `${start}px` };
  };
  for (const element of document.querySelectorAll(where)) {
    const style = getComputedStyle(element);
    const name = /^url\("[^"]*#([0-9a-f]{16})"\)$/.exec(style.backgroundImage)?.[1];
    if (!(name in sizes) || style.backgroundRepeat !== "no-repeat") continue;
    const box = element.getBoundingClientRect();
    const isPlain =
      Math.abs(box.width - element.offsetWidth) < 1 &&
      element.clientWidth === element.offsetWidth &&
      element.clientHeight === element.offsetHeight &&
      style.backgroundOrigin === "padding-box" &&
      style.backgroundAttachment === "scroll";
    const drawn = drawnSize(style.backgroundSize, sizes[name], [box.width, box.height]);
    const isLarger = drawn[0] > box.width + 0.5 || drawn[1] > box.height + 0.5;
    const isFine = drawn.every((side, axis) => side <= most * sizes[name][axis]);
    if (!isPlain || !isLarger || !isFine || changesPixels(element)) continue;
    const places = style.backgroundPosition.split(" ");
    const x = along(drawn[0], box.width, places[0]);
    const y = along(drawn[1], box.height, places[1] ?? "");
    if (!x || !y) continue;
    const part = [x.share[0], y.share[0], x.share[1], y.share[1]].map((side) => Math.min(1, Math.max(0, side)));
    const key = [name, ...part.map((side) => side.toFixed(6))].join(" ");
    parts[key] = [name, part];
    if (!addresses?.[key]) continue;
    set(element, "background-image", `url("${addresses[key]}")`);
    set(element, "background-size", `${x.size} ${y.size}`);
    set(element, "background-position", `${x.start} ${y.start}`);
  }
  return parts;
})
