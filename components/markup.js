/* The component Markup: an element whose content the server wrote. See components/markup.py. */
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

  function Markup(props) {
    return window.React.createElement(props.element, {
      className: props.className || undefined, onClick: follow, dangerouslySetInnerHTML: { __html: props.html },
    });
  }

  window.enerscope_components = Object.assign(window.enerscope_components || {}, { Markup: window.React.memo(Markup) });
})();
