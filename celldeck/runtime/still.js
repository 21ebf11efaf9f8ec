/**
 * Animated pictures (GIF, APNG) stand still for whoever has asked their system for less motion: they show
 * their first picture, as where there is no animation.
 *
 * @param {object} [deck] its "slides" event tells of new slides; without one the page stays as it is
 */
export default function still(deck) {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return;

  const isMoving = (address) => /^data:image\/(?:gif|apng)[;,]/.test(address);

  const stopped = async (address) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    canvas.getContext("2d").drawImage(picture, 0, 0); // the first picture, HTML says
    return canvas.toDataURL();
  };

  const replace = (address, put) => {
    if (isMoving(address)) stopped(address).then(put, () => {}); // what is broken stays as it is
  };

  const stop = () => {
    for (const image of document.querySelectorAll("img")) {
      replace(image.src, (address) => { image.src = address; });
    }
    for (const layer of document.querySelectorAll("section, figure")) {
      const [, address] = /^url\("([^"]*)"\)$/.exec(getComputedStyle(layer).backgroundImage) ?? ["", ""];
      replace(address, (other) => layer.style.setProperty("background-image", `url(${other})`, "important"));
    }
  };

  stop();
  deck?.on("slides", stop);
}
