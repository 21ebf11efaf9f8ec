/**
 * Auto-scaling: headings marked `fit` fill the width of their slide, and code that is too wide is shrunk.
 *
 * Follows Marp's elements: `is="marp-h1"` and so on with `data-auto-scaling`, or with
 * `data-auto-scaling="downscale-only"` never beyond natural size. The content stands in an SVG, whose part
 * `auto-scaling` themes can style; `text-align` or `--preserve-aspect-ratio` say where it stands in spare room.
 *
 * @param {object} [deck] its "slides" event tells of new slides; without one the page stays as it is
 */
export default function fit(deck) {
  const looks = {
    h1: "font-size: 2em; margin-block: 0.67em; font-weight: bold;",
    h2: "font-size: 1.5em; margin-block: 0.83em; font-weight: bold;",
    h3: "font-size: 1.17em; margin-block: 1em; font-weight: bold;",
    h4: "margin-block: 1.33em; font-weight: bold;",
    h5: "font-size: 0.83em; margin-block: 1.67em; font-weight: bold;",
    h6: "font-size: 0.67em; margin-block: 2.33em; font-weight: bold;",
    pre: "font-family: monospace; white-space: pre; margin: 1em 0; --marp-auto-scaling-white-space: pre;",
    span: "",
  };

  const alignment = (style) => {
    const own = style.getPropertyValue("--preserve-aspect-ratio").trim();
    if (own) return own;
    const isRtl = style.direction === "rtl";
    const align = style.textAlign;
    if (align.endsWith("left") || align === (isRtl ? "end" : "start")) return "xMinYMid meet";
    if (align.endsWith("right") || align === (isRtl ? "start" : "end")) return "xMaxYMid meet";
    return "xMidYMid meet";
  };

  // Sizes from the computed style are in the slide's own pixels; a bounding box is in the window's.
  // Browsers lay out in 64ths of a pixel but write six digits; code would shrink by what these add.
  const sizeOf = (element) => {
    const { width, height } = getComputedStyle(element);
    return [width, height].map((side) => Math.round(Number.parseFloat(side) * 64) / 64 || 0);
  };

  const scalers = new Set();
  const scalerOf = new WeakMap(); // by the elements whose size counts

  // First all are read and then all written: in turns, the browser would lay out anew for each of them.
  const measure = (some) => {
    for (const write of [...some].map((each) => each.read())) write();
  };
  const observer = new ResizeObserver((entries) => {
    measure(new Set(entries.map(({ target }) => scalerOf.get(target)).filter(Boolean)));
  });

  const scaler = (host, look) => {
    const shadow = host.attachShadow({ mode: "open" });
    if (host.dataset.autoScaling === undefined) {
      shadow.innerHTML = `<style>:host { ${look} }</style><slot></slot>`;
      return null;
    }
    shadow.innerHTML = `<style>
      :host { ${look} }
      svg { display: block; width: 100%; height: auto; vertical-align: top; }
      span { display: table; width: max-content; white-space: var(--marp-auto-scaling-white-space, nowrap); }
      </style><div><svg part="svg auto-scaling"><foreignObject><span><slot></slot></span></foreignObject></svg></div>`;
    const [frame, svg, hole, content] = ["div", "svg", "foreignObject", "span"].map((name) =>
      shadow.querySelector(name));

    return {
      /** Measure, and return what writes down what that has given. */
      read() {
        let [width, height] = sizeOf(content).map(Math.ceil);
        if (host.dataset.autoScaling === "downscale-only") width = Math.max(width, sizeOf(frame)[0]);
        const ratio = alignment(getComputedStyle(svg));
        return () => {
          hole.setAttribute("width", width);
          hole.setAttribute("height", height);
          svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
          svg.setAttribute("preserveAspectRatio", ratio);
          svg.style.height = width && height ? "" : "0";
          content.style.marginLeft = ratio.startsWith("xMin") ? "0" : "auto";
          content.style.marginRight = ratio.startsWith("xMax") ? "0" : "auto";
        };
      },
      start() {
        for (const element of [frame, content]) {
          scalerOf.set(element, this);
          observer.observe(element);
        }
        scalers.add(this);
      },
      stop() {
        for (const element of [frame, content]) observer.unobserve(element);
        scalers.delete(this);
      },
    };
  };

  const elementClass = (Base, look, prepare) => class extends Base {
    #scaler;

    connectedCallback() {
      if (!this.shadowRoot) {
        prepare?.(this);
        this.#scaler = scaler(this, look);
      }
      this.#scaler?.start();
    }

    disconnectedCallback() { this.#scaler?.stop(); }
  };

  // Safari has no customised built-in elements, and no browser lets <pre> have a shadow tree: there an
  // element of its own takes the place. Selectors of themes know both names.
  const builtIns = (() => {
    customElements.define("marp-probe", class extends HTMLSpanElement {}, { extends: "span" });
    return document.createElement("span", { is: "marp-probe" }).constructor !== HTMLSpanElement;
  })();

  const stood = [];
  for (const [tag, look] of Object.entries(looks)) {
    const name = `marp-${tag}`;
    if (builtIns && tag !== "pre") {
      const Base = tag === "span" ? HTMLSpanElement : HTMLHeadingElement;
      customElements.define(name, elementClass(Base, ""), { extends: tag });
    } else {
      stood.push(`${tag}[is="${name}"]`);
      customElements.define(name, elementClass(HTMLElement, tag === "span" ? look : `display: block; ${look}`,
        (element) => {
          if (tag[0] !== "h" || element.hasAttribute("role")) return;
          element.setAttribute("role", "heading");
          element.setAttribute("aria-level", tag[1]);
        }));
    }
  }

  const replace = () => {
    for (const old of document.querySelectorAll(stood.join())) {
      const element = document.createElement(`marp-${old.localName}`);
      for (const { name, value } of old.attributes) element.setAttribute(name, value);
      element.append(...old.childNodes);
      old.replaceWith(element);
    }
  };

  replace();
  deck?.on("slides", replace);
  deck?.on("outputs", replace);
  // Slides that have not shown yet have not been laid out, and a page that prints lays nothing out again.
  addEventListener("beforeprint", () => measure(scalers));
}
