// On a narrow screen an article or a panel is a step of the browser's history: its Back closes that, and does not leave
// the page.

export const layers = (narrow) => {
  let close = null;  // what closes the one that is open

  // A step to nothing that is open, by Forward or after a reload, is gone back from.
  const dropStray = () => { if (!close && history.state?.layer) history.back(); };

  history.scrollRestoration = 'manual';  // to go back moves nothing but what is closed
  window.addEventListener('popstate', () => {
    const left = close;
    close = null;
    if (left) left();
    else dropStray();
  });
  dropStray();
  return {
    // One that is opened over another takes its step.
    enter: (closing) => {
      if (!close && !narrow.matches) return;
      if (!close) history.pushState({layer: true}, '');
      close = closing;
    },
    // For what was closed in another way; nothing where another is open.
    leave: (closing) => {
      if (close !== closing) return;
      close = null;
      history.back();
    },
  };
};
