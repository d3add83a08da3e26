/* Sets language and appearance before the first paint, so the page never flashes in the wrong ones. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function remembered(key) {
    try { return window.localStorage.getItem(key); } catch (refused) { return null; }
  }
  function paint() {
    var choice = root.dataset.appearance;
    root.dataset.theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  }
  var theme = remembered("fengqiao.theme");
  root.dataset.appearance = theme === "light" || theme === "dark" ? theme : "auto";
  root.lang = remembered("fengqiao.lang") === "en" ? "en" : "zh-CN";
  paint();
  if (dark.addEventListener) dark.addEventListener("change", paint);
  root.addEventListener("appearance", paint);
})();
