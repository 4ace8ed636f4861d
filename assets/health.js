/* Monitoring > Health: a page that gets no news must not go on looking well. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});
  var SILENT_AFTER = 10000;  // milliseconds; the page asks every two seconds
  var heard = 0;
  var last = "";

  dc.health = {
    silent: function (_ticks, seen) {
      var now = Date.now();
      var told = JSON.stringify(seen || {});
      if (!heard || told !== last) { last = told; heard = now; }
      if (now - heard < SILENT_AFTER) { return ""; }
      var since = new Date(heard).toISOString().slice(11, 19);
      return "The portal has not answered since " + since + " UTC: what stands below is how it was then.";
    },
  };
})();
