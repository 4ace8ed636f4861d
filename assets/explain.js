/* A click on a bar of a bridge leads to the address that travels with it. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.explain = {
    follow: function (click) {
      var dc = window.dash_clientside;
      var point = click && click.points && click.points[0];
      var to = point && point.customdata && point.customdata[2];
      if (to) {
        var cut = to.indexOf("?");
        var search = cut < 0 ? "" : to.slice(cut);
        window.history.pushState({}, "", to);
        dc.set_props("_pages_location", { pathname: cut < 0 ? to : to.slice(0, cut), search: search });
      }
      return dc.no_update;
    },
  };
})();
