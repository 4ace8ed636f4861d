/* A click on a bar of a bridge, or on a mark among other traces, leads to the address that travels with it. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.explain = {
    follow: function (click) {
      var dc = window.dash_clientside;
      var leads = function (point) { return point.customdata && point.customdata[2]; };
      var to = ((click && click.points) || []).map(leads).find(Boolean);
      if (to) { /* as dcc.Link does, so that the way back is the browser's own */
        window.history.pushState({}, "", to);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      }
      return dc.no_update;
    },
  };
})();
