/* Is this browser at the floor (Chrome 87)? Written for browsers far below it: no module, no arrow, no let. */
(function () {
  var able = 'noModule' in document.createElement('script') &&
    window.CSS && CSS.supports && CSS.supports('inset', '0') &&
    typeof ''.replaceAll === 'function' && window.indexedDB && window.Intl;
  if (!able) document.documentElement.className += ' below-floor';
})();
