/* Before the first paint: the theme that was chosen, or the one of the system. */
(function () {
  "use strict";
  var stored = null;
  try { stored = localStorage.getItem("enerscope-theme"); } catch (ignored) { stored = null; }
  if (!stored) { stored = (/(?:^|; )enerscope-theme=(dark|light)/.exec(document.cookie) || [])[1]; }  // logout empties the storage
  var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", stored || (dark ? "dark" : "light"));
})();
