/** Put pictures back where blanks stand for them; return the names of those for which that cannot be done here.
 *
 * Args: `where`, a selector of all that may have a blank in its background; by name: `addresses` of what is shown in
 * the place of the blank, which may have fewer pixels; the numbers of the `sheets` where that is done.
 */
((where, addresses, sheets) => {
  const nameIn = (address) => /#([0-9a-f]{16})(?:"|'|\)|$)/.exec(address)?.[1];
  const isHere = (name, element) =>
    name in addresses && sheets[name].includes(element.closest(".celldeck-sheet").dataset.sheet);
  // A page that is not seen decodes nothing; that is done when it is printed.
  const loaded = (image) => new Promise((done) => {
    for (const event of ["load", "error"]) image.addEventListener(event, done, { once: true });
  });
  const left = new Set();
  const waiting = [];
  for (const image of document.images) {
    const name = nameIn(image.src);
    if (!isHere(name, image)) continue;
    const { width, height } = getComputedStyle(image);
    image.style.setProperty("width", width, "important");
    image.style.setProperty("height", height, "important");
    waiting.push(loaded(image));
    image.src = addresses[name];
  }
  for (const element of document.querySelectorAll(where)) {
    for (const pseudo of [null, "::before", "::after"]) {
      const style = getComputedStyle(element, pseudo);
      const name = nameIn(style.backgroundImage);
      if (!isHere(name, element)) continue;
      if (pseudo || !element.style.backgroundImage.includes(`#${name}`) || style.backgroundSize === "auto") {
        left.add(name);
        continue;
      }
      element.style.backgroundImage = `url("${addresses[name]}")`;
      const image = new Image();
      waiting.push(loaded(image));
      image.src = addresses[name];
    }
  }
  // What a style names is loaded when it is laid out.
  void document.documentElement.offsetHeight;
  return Promise.all(waiting).then(() => [...left]);
})
