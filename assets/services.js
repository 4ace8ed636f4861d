/* The graph of services. Its library is as large as all other scripts together, so it is fetched where a graph is shown
   and nowhere else: until then a stand-in answers to its name. A canvas does not know style sheets; colours such as
   var(--es-line) are looked up here, again when the theme changes. */
(function () {
  "use strict";
  var TOKEN = /^var\((--[\w-]+)\)$/;
  var loading = null;

  function load() {
    if (!loading) {
      var source = document.querySelector("script[data-topology]").dataset.topology;
      loading = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = source;
        script.onload = function () {
          var real = window.dash_cytoscape.Cytoscape;
          window.dash_cytoscape = own;
          if (real.defaultProps) { delete real.defaultProps.wheelSensitivity; }  // its default warns of itself
          resolve(real);
        };
        script.onerror = function () { loading = null; reject(new Error(source + " did not load.")); };
        document.head.append(script);
      });
    }
    return loading;
  }

  function coloured(sheet) {
    var tokens = getComputedStyle(document.documentElement);
    return (sheet || []).map(function (rule) {
      var style = {};
      Object.keys(rule.style).forEach(function (name) {
        var found = TOKEN.exec(rule.style[name]);
        style[name] = found ? tokens.getPropertyValue(found[1]).trim() : rule.style[name];
      });
      return Object.assign({}, rule, { style: style });
    });
  }

  /* The library answers a resize 100 ms later, even when its graph is gone by then, and fails: who leaves takes the
     listeners along. React lets go of the component before it takes the graph down. */
  function quietWhenGone() {
    var shown = null;
    return function (component) {
      if (!component && shown && shown._cy) { shown._cy.removeAllListeners(); }
      shown = component;
    };
  }

  function Cytoscape(props) {
    var React = window.React;
    var follow = React.useState(quietWhenGone)[0];
    var held = React.useState(null), real = held[0], keep = held[1];
    var theme = React.useState(0), turn = theme[1];
    React.useEffect(function () {
      var gone = false;
      load().then(
        function (found) { if (!gone) { keep({ component: found }); } },
        function () { if (!gone) { keep({ component: null }); } }
      );
      var watch = new MutationObserver(function () { turn(function (number) { return number + 1; }); });
      watch.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
      return function () { gone = true; watch.disconnect(); };
    }, []);
    if (!real) { return React.createElement("div", { className: "es-graph-wait" }, "Drawing the graph…"); }
    if (!real.component) {
      return React.createElement("div", { className: "es-graph-wait" },
        "The graph could not be loaded. The table below says the same; reload the page to try again.");
    }
    return React.createElement(real.component,
      Object.assign({}, props, { ref: follow, stylesheet: coloured(props.stylesheet) }));
  }

  var own = { Cytoscape: Cytoscape };
  window.dash_cytoscape = own;

  var dc = (window.dash_clientside = window.dash_clientside || {});
  dc.enerscope_services = {
    choose: function (node) { return node && node.id ? node.id : dc.no_update; },
  };
})();
