/* The component Rows: the body of a table, written by the server. See components/markup.py. */
(function () {
  "use strict";

  /* A plain click on a link of this site changes the page without loading the app again, as dcc.Link does. */
  function follow(event) {
    var link = event.target.closest("a[href^='/']");
    if (!link || link.hasAttribute("download") || link.target || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    event.preventDefault();
    window.history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function Rows(props) {
    return window.React.createElement("tbody", { onClick: follow, dangerouslySetInnerHTML: { __html: props.html } });
  }

  window.enerscope_components = Object.assign(window.enerscope_components || {}, { Rows: window.React.memo(Rows) });
})();
