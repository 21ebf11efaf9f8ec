/** Let the sheets be printed on smaller paper; say whether that can be done: no style may ask for other paper.
 *
 * Args: `from` and `to`, [width, height] in CSS pixels; `smaller`: the same for sheets that have soft shadows, but
 * nothing that needs more pixels, or null; `scale`, of these, beside that of the others.
 */
((from, to, smaller, scale) => {
  const SOFT_PX = 4; // Less would be too fine for a pixel that 1.3 of the slide's are wide.
  const size = ([width, height]) => `${width}px ${height}px`;
  const rules = [];
  const collect = (list) => {
    for (const rule of list) {
      if (rule instanceof CSSPageRule) rules.push(rule);
      else if (rule.cssRules) collect(rule.cssRules);
    }
  };
  try {
    for (const sheet of document.styleSheets) collect(sheet.cssRules);
  } catch {
    // A style of another site is not for reading.
    return false;
  }
  const isPlain = (rule) => !rule.selectorText && rule.style.getPropertyValue("size") === size(from);
  if (!rules.length || !rules.every(isPlain)) return false;

  const blurs = (shadows) => {
    if (shadows === "none") return [];
    // Chromium writes the colour first: its commas are no separators.
    const lengths = shadows.replace(/\([^()]*\)/g, "").split(",");
    return lengths.map((shadow) => parseFloat(shadow.match(/-?[\d.]+(?:e-?\d+)?px/g)[2])).filter((blur) => blur > 0);
  };
  const isFlat = ({ filter, backdropFilter, maskImage, maskBorderSource, webkitBoxReflect, perspective, transform, rotate }) =>
    [filter, backdropFilter, maskImage, maskBorderSource, webkitBoxReflect, perspective].every(
      (value) => !value || value === "none",
    ) &&
    !transform.startsWith("matrix3d") &&
    !/[xyz]|\d \S/.test(rotate);
  const isSoft = (sheet) => {
    if (!sheet.querySelector("svg[data-marpit-svg]")) return false;
    if (sheet.querySelector("canvas, mask, video, iframe, object, embed")) return false;
    let isShadowed = false;
    for (const element of sheet.querySelectorAll("*")) {
      for (const pseudo of [null, "::before", "::after"]) {
        const style = getComputedStyle(element, pseudo);
        if (pseudo && style.content === "none") continue;
        const soft = [...blurs(style.boxShadow), ...blurs(style.textShadow)];
        if (!isFlat(style) || soft.some((blur) => blur < SOFT_PX)) return false;
        isShadowed ||= soft.length > 0;
      }
    }
    return isShadowed;
  };
  const soft = smaller ? [...document.querySelectorAll(".celldeck-sheet")].filter(isSoft) : [];

  // Done at the end: what is asked for after a change has the whole deck laid out anew.
  for (const rule of rules) rule.style.setProperty("size", size(to));
  if (!soft.length) return true;
  document.head.append(
    Object.assign(document.createElement("style"), {
      textContent: `@page celldeck-smaller { size: ${size(smaller)}; margin: 0 }`,
    }),
  );
  for (const sheet of soft) {
    const [width, height] = from.map((side) => `${side * scale}px`);
    // The drawing that a slide stands in is scaled with it.
    Object.assign(sheet.firstElementChild.style, { width, height });
    Object.assign(sheet.style, { page: "celldeck-smaller", width, height });
  }
  return true;
})
