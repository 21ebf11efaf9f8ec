/** The whole screen, by `f`, F11, or F5, which clickers send to start a talk. Sets `deck.fullscreen`; null where the browser has none to give. */
export default function fullscreen(deck) {
  deck.fullscreen = null;
  if (!document.fullscreenEnabled && !document.webkitFullscreenEnabled) return;

  deck.fullscreen = () => {
    const page = document.documentElement;
    if (document.fullscreenElement ?? document.webkitFullscreenElement) {
      return (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
    }
    return (page.requestFullscreen ?? page.webkitRequestFullscreen).call(page);
  };
  deck.action("fullscreen", () => deck.fullscreen());
}
