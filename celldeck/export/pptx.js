/**
 * Say what slides show as text, lists, tables and pictures, with their places; see pptx.py.
 *
 * A slide that shows something else (a formula, a drawing, a video) is given as null: it becomes a picture.
 */
(async () => {
  const BLOCKS = "h1,h2,h3,h4,h5,h6,p,ul,ol,dl,table,pre,marp-pre,blockquote,div,section,article,figure,header,footer,figcaption,marp-h1,marp-h2,marp-h3,marp-h4,marp-h5,marp-h6,hr,details,dd,dt";
  const OTHER = "mjx-container,svg,iframe,video,audio,canvas,object,embed,math,details,input,button,select,textarea,progress,meter,marquee";

  const scaleOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const inner = at.shadowRoot?.querySelector("svg")?.getScreenCTM();
      if (inner) return inner.a;
    }
    return 1;
  };

  const colorOf = (text) => {
    const parts = text.match(/[\d.]+/g)?.map(Number) ?? [];
    return parts.length === 4 && parts[3] < 0.5 ? null : parts.slice(0, 3).map(Math.round);
  };

  // The first font of a list that is there. What a system calls its own font is no name of one.
  const ALIASES = /^(-apple-system|BlinkMacSystemFont|system-ui|ui-.*|sans-serif|serif|cursive|fantasy|emoji|math)$/i;
  const pen = document.createElement("canvas").getContext("2d");
  const widthIn = (families) => {
    pen.font = `72px ${families}`;
    return pen.measureText("mmmmwwwwlliiWW10").width;
  };
  const fonts = new Map();
  const fontOf = (families) => {
    if (!fonts.has(families)) {
      const names = families.split(",").map((name) => name.replaceAll(/["']/g, "").trim());
      const named = names.filter((name) => !ALIASES.test(name));
      const isThere = (name) => ["serif", "monospace"].some((other) => widthIn(`"${name}", ${other}`) !== widthIn(other));
      const plain = names.at(-1) === "serif" ? "Times New Roman" : "Arial";
      fonts.set(families, named.find(isThere) ?? named[0] ?? plain);
    }
    return fonts.get(families);
  };

  const lookOf = (element) => {
    const style = getComputedStyle(element);
    return {
      bold: Number(style.fontWeight) >= 600,
      italic: style.fontStyle !== "normal",
      strike: style.textDecorationLine.includes("line-through"),
      size: Number.parseFloat(style.fontSize) * scaleOf(element),
      color: colorOf(style.color) ?? [0, 0, 0],
      // Of fonts for code, one that is there where PowerPoint is, and as wide as most of them.
      font: /\bmonospace\b/.test(style.fontFamily) ? "Courier New"
        : fontOf(style.fontFamily),
      link: element.closest("a[href]")?.getAttribute("href") ?? null,
      raised: style.verticalAlign === "super" ? 1 : style.verticalAlign === "sub" ? -1 : 0,
    };
  };

  const isHidden = (element) => {
    const style = getComputedStyle(element);
    return style.display === "none" || style.visibility === "hidden";
  };

  // The text of an element as runs of one look each, without what stands in blocks inside of it.
  const runsOf = (element) => {
    const runs = [];
    let isLineOver = false;
    const add = (words, parent) => {
      const text = isLineOver && words.trim() && words !== "\v" ? `\v${words}` : words;
      if (text !== words || words === "\v") isLineOver = false;
      const look = lookOf(parent);
      const last = runs.at(-1);
      if (last && JSON.stringify({ ...last, text: 0 }) === JSON.stringify({ ...look, text: 0 })) last.text += text;
      else runs.push({ ...look, text });
    };
    const walk = (node) => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) {
          const keeps = getComputedStyle(node).whiteSpace.startsWith("pre");
          add(keeps ? child.data : child.data.replaceAll(/\s+/g, " "), node);
        } else if (child.nodeType === Node.ELEMENT_NODE) {
          if (child.localName === "br") add("\v", node);
          else if (child.localName === "img") {
            if ("marpTwemoji" in child.dataset || child.classList.contains("emoji")) add(child.alt, node);
          } else if (!child.matches(BLOCKS) && !isHidden(child)) {
            // Such as a <span> that a theme has made a line of its own.
            const isLine = /^(block|flex|grid|table|flow-root)$/.test(getComputedStyle(child).display);
            if (isLine && runs.length && !/\v *$/.test(runs.at(-1).text)) add("\v", node);
            walk(child);
            if (isLine) isLineOver = true;
          }
        }
      }
    };
    walk(element);
    if (getComputedStyle(element).whiteSpace.startsWith("pre")) {
      if (runs.length) runs.at(-1).text = runs.at(-1).text.replace(/\n$/, "");
      return runs.filter((run) => run.text);
    }
    // Blanks at the ends of lines are not shown.
    if (runs.length) {
      runs[0].text = runs[0].text.replace(/^[ ]+/, "");
      runs.at(-1).text = runs.at(-1).text.replace(/\s+$/, "");
    }
    let before = "";
    for (const run of runs) {
      run.text = run.text.replaceAll(/ *\v */g, "\v");
      if (/[ \v]$/.test(before)) run.text = run.text.replace(/^ +/, "");
      before = run.text || before;
    }
    return runs.filter((run) => run.text);
  };

  const blobbed = async (image) => {
    const address = image.currentSrc || image.src;
    if (/^data:image\/(png|jpeg|gif);base64,/.test(address)) return address;
    const canvas = document.createElement("canvas");
    const box = image.getBoundingClientRect();
    canvas.width = Math.max(1, Math.round(box.width * 2));
    canvas.height = Math.max(1, Math.round(box.height * 2));
    try {
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/png");
    } catch {
      return null;
    }
  };

  const slideOf = async (container) => {
    const around = container.getBoundingClientRect();
    const sections = [...container.querySelectorAll("section")];
    const section = sections.find((s) => s.dataset.marpitAdvancedBackground === "content") ?? sections[0];
    if (!section || sections.some((s) => s.querySelector("svg:not([data-marpit-svg])"))) {
      if (!section || section.querySelector(OTHER)) return null;
    }
    if (section.querySelector(OTHER)) return null;
    const boxOf = (element, { outer = false } = {}) => {
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const px = (name) => (outer ? 0 : Number.parseFloat(style[name]) || 0);
      const [left, top] = [px("paddingLeft") + px("borderLeftWidth"), px("paddingTop") + px("borderTopWidth")];
      const [right, bottom] = [px("paddingRight") + px("borderRightWidth"), px("paddingBottom") + px("borderBottomWidth")];
      return [box.x - around.x + left, box.y - around.y + top, box.width - left - right, box.height - top - bottom];
    };
    const paragraphOf = (element) => {
      const style = getComputedStyle(element);
      const range = document.createRange();
      range.selectNodeContents(element);
      const size = Number.parseFloat(style.fontSize);
      const height = Number.parseFloat(style.lineHeight) || size * 1.2;
      const scale = scaleOf(element);
      return { runs: runsOf(element), align: style.textAlign, line: height * scale, size: size * scale, level: 0, marker: "" };
    };

    // Where the first line of an element's own text begins, where its last one ends, and how many there are.
    const extentOf = (element, line) => {
      const rects = [];
      const range = document.createRange();
      const walk = (node) => {
        for (const child of node.childNodes) {
          if (child.nodeType === Node.TEXT_NODE && child.data.trim()) {
            range.selectNodeContents(child);
            rects.push(...range.getClientRects());
          } else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(BLOCKS) && !isHidden(child)) walk(child);
        }
      };
      walk(element);
      if (!rects.length) return { top: boxOf(element)[1], bottom: boxOf(element)[1] + line, lines: 1 };
      const [first, last] = [rects[0], rects.at(-1)];
      let [lines, end] = [0, -Infinity];
      for (const rect of rects) {
        if (rect.top >= end - rect.height / 4) lines += 1;
        end = Math.max(end, rect.bottom);
      }
      return {
        top: first.top - around.y - (line - first.height) / 2,
        bottom: last.bottom - around.y + (line - last.height) / 2,
        lines,
      };
    };

    const parts = [];
    const listed = (list, level, paragraphs) => {
      const isOrdered = list.localName === "ol";
      let number = list.start ?? 1;
      for (const item of list.children) {
        if (item.localName !== "li" || isHidden(item)) continue;
        const style = getComputedStyle(item);
        const marker = style.listStyleType === "none" ? "" : isOrdered ? "number" : "bullet";
        const tint = colorOf(getComputedStyle(item, "::marker").color) ?? colorOf(style.color);
        const own = paragraphOf(item);
        const blocks = [...item.children].filter((child) => child.matches(BLOCKS) && !isHidden(child));
        const texts = own.runs.length ? [[item, own]] : [];
        for (const block of blocks) {
          if (!block.matches("ul,ol,table,div,figure")) texts.push([block, paragraphOf(block)]);
        }
        texts.forEach(([at, paragraph], n) => {
          paragraphs.push({ ...paragraph, ...extentOf(at, paragraph.line), level, marker: n ? "none" : marker,
            number: isOrdered ? number : 0, tint });
        });
        for (const block of blocks) if (block.matches("ul,ol")) listed(block, level + 1, paragraphs);
        number += 1;
      }
    };

    const take = async (element) => {
      if (isHidden(element)) return;
      const name = element.localName;
      if (name === "ul" || name === "ol") {
        const paragraphs = [];
        listed(element, 0, paragraphs);
        const indent = Number.parseFloat(getComputedStyle(element).paddingLeft) || 0;
        if (paragraphs.length) parts.push({ kind: "list", box: boxOf(element, { outer: true }), indent, paragraphs });
        await takeImages(element);
      } else if (name === "table") {
        const rows = [...element.rows].map((row) => ({
          height: row.getBoundingClientRect().height,
          cells: [...row.cells].map((cell) => ({
            ...paragraphOf(cell), width: cell.getBoundingClientRect().width, span: cell.colSpan, down: cell.rowSpan,
            fill: colorOf(getComputedStyle(cell).backgroundColor) ?? colorOf(getComputedStyle(row).backgroundColor),
          })),
        }));
        parts.push({ kind: "table", box: boxOf(element, { outer: true }), rows });
        element.dataset.celldeckTaken = "";
      } else if (name === "pre" || name === "marp-pre") {
        const code = element.querySelector("code") ?? element;
        parts.push({ kind: "code", box: boxOf(element, { outer: true }), inner: boxOf(element),
          fill: colorOf(getComputedStyle(element).backgroundColor), paragraphs: [paragraphOf(code)] });
        element.dataset.celldeckTaken = "";
      } else if (name === "img") {
        await takeImage(element);
      } else {
        const blocks = [...element.children].filter((child) => child.matches(BLOCKS));
        const isTitle = /^(marp-)?h[1-6]$/.test(name);
        const paragraph = paragraphOf(element);
        if (paragraph.runs.length) {
          const box = boxOf(element);
          const { top, bottom, lines } = extentOf(element, paragraph.line);
          const breaks = paragraph.runs.map(({ text }) => text).join("").split("\v").length;
          // Its lines may stand elsewhere than at its upper edge: in the middle, or beside blocks.
          if (Math.abs(top - box[1]) > paragraph.line / 2) [box[1], box[3]] = [top, Math.max(bottom - top, 1)];
          parts.push({ kind: isTitle ? "title" : "text", level: isTitle ? Number(name.at(-1)) : 0, box, wraps: lines > breaks,
            paragraphs: [paragraph] });
        }
        if (!blocks.length) await takeImages(element);
        for (const child of element.children) {
          if (child.matches(BLOCKS)) await take(child);
          else if (blocks.length) await takeImages(child);
        }
      }
    };
    const takeImage = async (image) => {
      if ("marpTwemoji" in image.dataset || image.classList.contains("emoji") || isHidden(image)) return;
      // One that is broken shows nothing that could be taken.
      const data = image.naturalWidth ? await blobbed(image) : null;
      const box = boxOf(image);
      if (!data || box[2] < 1 || box[3] < 1) return;
      parts.push({ kind: "picture", box, data, alt: image.alt });
      image.dataset.celldeckTaken = "";
    };
    const takeImages = async (element) => {
      const images = element.localName === "img" ? [element] : [...element.querySelectorAll("img")];
      for (const image of images) await takeImage(image);
    };

    for (const child of section.children) await take(child);
    const loose = paragraphOf(section);
    if (loose.runs.some((run) => run.text.trim())) return null;
    return { parts };
  };

  const slides = [];
  for (const container of document.querySelectorAll(String.raw`#\:\$p`)) slides.push(await slideOf(container));
  // What is left for the picture behind: no text, and nothing that was taken.
  const style = document.head.appendChild(document.createElement("style"));
  style.id = "celldeck-behind";
  style.media = "not all";
  style.textContent = `
    section[data-marpit-advanced-background="content"], section:not([data-marpit-advanced-background]) {
      & *, & *::before, & *::after, & *::marker { color: transparent !important; text-shadow: none !important }
      & [data-celldeck-taken], & [data-celldeck-taken] *, & img { visibility: hidden !important }
    }`;
  return slides;
})
