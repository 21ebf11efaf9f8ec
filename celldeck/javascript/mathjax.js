/* Runs after MathJax 3.2.2's own files, in an engine without a page. Defines typeset() and forget(). */

const { mathjax, adaptors, handlers, input, output } = MathJax._;
const { liteAdaptor } = adaptors.liteAdaptor;
const { NEW_COMMAND, NEW_DELIMITER, NEW_ENVIRONMENT } = input.tex.newcommand.NewcommandUtil.default;
const { NEW_OPS } = input.tex.ams.AmsMethods;
const { PAIREDDELIMS } = input.tex.mathtools.MathtoolsConfiguration;

const dom = liteAdaptor();
handlers.html_ts.RegisterHTMLHandler(dom);

/** Commands that change what later formulas mean, other than by a name that can be looked for in their text. */
const FAR_REACHING = new Set([
  "definecolor", "mathtoolsset", "newtagform", "renewtagform", "usetagform", "unicode",
]);

let page, tex;
/** What the formula at work has done so far. */
let defined, unknown, failure;

/** Forget every definition. */
function forget() {
  tex = new input.tex_ts.TeX({
    packages: input.tex.AllPackages.AllPackages,
    formatError(jax, error) {
      failure = error.message.replace(/\n[^]*/, "");
      return jax.formatError(error);
    },
  });
  const svg = new output.svg_ts.SVG({ fontCache: "none", font: new output.svg.fonts.tex_ts.TeXFont() });
  page = mathjax.mathjax.document("", { InputJax: tex, OutputJax: svg });
  listen(tex.parseOptions.handlers);
}

/** Have definitions and unknown commands noted. */
function listen(maps) {
  const macros = maps.get("macro");
  const parse = macros.parse;
  macros.parse = function (call) {
    if (FAR_REACHING.has(call[1])) defined.add("*");
    return parse.call(this, call);
  };
  const fallback = Array.from(macros._fallback)[0];
  const complain = fallback.item;
  fallback.item = (parser, name) => {
    unknown.add(`\\${name}`);
    return complain(parser, name);
  };
  const environments = maps.get("environment");
  for (const [map, shape, kind] of [
    [NEW_COMMAND, (name) => `\\${name}`, macros],
    [NEW_OPS, (name) => `\\${name}`, macros],
    [PAIREDDELIMS, (name) => `\\${name}`, macros],
    [NEW_DELIMITER, (name) => name, macros],
    [NEW_ENVIRONMENT, (name) => name, environments],
  ]) {
    const symbols = maps.retrieve(map);
    const add = symbols.add;
    symbols.add = function (name, symbol) {
      // A new meaning for an old name: commands of MathJax itself may be made of it, so all may change.
      const holder = kind.applicable(name);
      defined.add(holder && holder !== symbols ? "*" : shape(name));
      return add.call(this, name, symbol);
    };
  }
}

/** Typeset one formula; `svg` is null where MathJax itself breaks down, which some of its commands make it do. */
function typeset(source, display) {
  [defined, unknown, failure] = [new Set(), new Set(), null];
  const labels = tex.parseOptions.tags.allLabels;
  const known = new Set(Object.keys(labels));
  let svg = null;
  try {
    svg = draw(source, display);
  } catch (error) {
    failure = String(error);
  }
  for (const label of Object.keys(labels)) if (!known.has(label)) defined.add(label);
  if (!failure && unknown.size) failure = `unknown command ${Array.from(unknown).join(", ")}`;
  return { svg, error: failure, names: Array.from(defined) };
}

/** Return a formula's HTML as Marp makes it: a block shrinks to the width of its slide. */
function draw(source, display) {
  const container = page.convert(source, { display });
  const svg = dom.firstChild(container);
  if (display) {
    dom.setStyle(container, "margin", "0");
    const room = { display: "block", width: "100%", height: "auto", "max-height": dom.getAttribute(svg, "height") };
    for (const [name, value] of Object.entries(room)) dom.setStyle(svg, name, value);
  }
  for (const link of dom.tags(container, "a")) {
    // A deck from elsewhere must not bring a script into the page by way of \href.
    if (!/^(?:https?:|mailto:|[^:]*$)/i.test(dom.getAttribute(link, "href").trim())) dom.removeAttribute(link, "href");
  }
  return dom.outerHTML(container);
}

forget();
