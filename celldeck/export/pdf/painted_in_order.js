/** Let what is read first be painted first: search, copying and many readers go by what a page paints.
 *
 * A browser paints boxes that are positioned, or seen through, after all text of their slide that is not. So what
 * follows such a box is positioned, too, where it stands: then all are painted in the order of the document. That
 * shows nowhere as long as they do not overlap.
 * CSS 2.2, appendix E: https://www.w3.org/TR/CSS22/zindex.html
 */
(() => {
  const isLate = (style) =>
    (style.position !== "static" && !(Number(style.zIndex) < 0)) ||
    style.opacity !== "1" ||
    style.transform !== "none" ||
    style.filter !== "none" ||
    style.mixBlendMode !== "normal";
  const overlap = (one, other) =>
    one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  const paints = (style) =>
    !/^rgba\(.*, 0\)$/.test(style.backgroundColor) ||
    style.backgroundImage !== "none" ||
    style.boxShadow !== "none" ||
    style.borderWidth !== "0px";
  const boxesIn = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()];
    }
    if (!(node instanceof Element)) return [];
    const isWhole = !(node instanceof HTMLElement) || !node.firstChild || paints(getComputedStyle(node));
    return isWhole ? [node.getBoundingClientRect()] : [...node.childNodes].flatMap(boxesIn);
  };
  // A formula is a drawing here; the PDF has its TeX where it is painted.
  const hasWords = (element) => element.textContent.trim() !== "" || element.querySelector("mjx-container") !== null;
  const holdsBareText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const positioned = [];
  for (const section of document.querySelectorAll("section")) {
    const styles = new Map();
    for (const element of section.querySelectorAll("*")) {
      // Of a drawing, what is around it.
      const isBox = element instanceof HTMLElement || element.parentElement instanceof HTMLElement;
      if (isBox) styles.set(element, getComputedStyle(element));
    }
    const late = [...styles.keys()].filter((element) => isLate(styles.get(element)));
    const withWords = late.filter((element) => element instanceof HTMLElement && hasWords(element));
    if (withWords.every((element) => element.matches("footer"))) continue;
    const boxes = new Map(late.map((element) => [element, boxesIn(element)]));
    // What is placed within an element has another box that it is placed by, once that is positioned.
    const isPlaced = (style) => /absolute|fixed/.test(style.position);
    const hasPlaced = ([element, style]) =>
      style.position === "static" &&
      ["::before", "::after"]
        .map((pseudo) => getComputedStyle(element, pseudo))
        .some((its) => its.content !== "none" && isPlaced(its));
    const holders = [...styles].filter(([, style]) => isPlaced(style)).map(([element]) => element.parentElement);
    holders.push(...[...styles].filter(hasPlaced).map(([element]) => element));
    const holdsPlaced = (element) => holders.some((holder) => element.contains(holder));
    const mayBeLate = (element) => {
      const style = styles.get(element);
      if (!(element instanceof HTMLElement) || !hasWords(element)) return false;
      if (style.position !== "static" || isLate(style)) return false;
      if (/^(inline$|contents|none|table-|ruby)/.test(style.display) || style.float !== "none") return false;
      if (holdsPlaced(element)) return false;
      const own = boxesIn(element);
      const isFree = (its) => !its.some((box) => own.some((one) => overlap(one, box)));
      // What comes after it, or stands in it, stays above it.
      const isAfter = (other) => element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
      return [...boxes].every(([other, its]) => isAfter(other) || isFree(its));
    };
    const putLate = (element) => {
      if (mayBeLate(element)) positioned.push(element);
      // An element that is not closed holds the footer, too.
      else if (holdsPlaced(element) && styles.get(element)?.position === "static" && !holdsBareText(element)) {
        for (const inner of element.children) putLate(inner);
      }
    };
    const reached = new Set();
    for (const element of withWords) {
      for (let at = element; at !== section && !reached.has(at); at = at.parentElement) {
        reached.add(at);
        if (at !== element && boxes.has(at)) break;
        if (holdsBareText(at.parentElement)) continue;
        for (let next = at.nextElementSibling; next; next = next.nextElementSibling) {
          putLate(next);
        }
      }
    }
  }
  // Done at the end: what is asked for after a change has the whole deck laid out anew.
  for (const element of positioned) {
    element.style.setProperty("position", "relative", "important");
    element.style.setProperty("inset", "auto", "important");
    element.style.setProperty("z-index", "auto", "important");
  }
})
