/* Before the first paint: the theme that was chosen, or the one of the system. */
(function () {
  "use strict";
  var stored = null;
  try { stored = localStorage.getItem("enerscope-theme"); } catch (ignored) { stored = null; }
  var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", stored || (dark ? "dark" : "light"));
})();
