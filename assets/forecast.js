/* Forecast: the time that is left to the next gate closure, while the page is open. */
(function () {
  "use strict";

  function left(gate) {
    var minutes = Math.floor((new Date(gate).getTime() - Date.now()) / 60000);
    if (!isFinite(minutes)) { return null; }
    if (minutes < 0) { return "closed"; }
    return Math.floor(minutes / 60) + " h " + String(minutes % 60).padStart(2, "0") + " min";
  }

  window.setInterval(function () {
    document.querySelectorAll("[data-gate]").forEach(function (place) {
      var said = place.getAttribute("data-gate") ? left(place.getAttribute("data-gate")) : null;
      if (said !== null && place.textContent !== said) { place.textContent = said; }
    });
  }, 15000);
})();
