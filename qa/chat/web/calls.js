// The one way to the server: call('name', {...}) -> its reply. What the person can mend comes as reply.trouble (HTML).
// Throws an Error whose message is the key of the words for it: 'bug' or 'unreachable'.

export const caller = (server) => async (name, sent = {}) => {
  const reply = await server.call({name, sent}).catch(() => null);  // Gradio gives undefined for an error
  if (reply) return reply;
  throw new Error(await reachable() ? 'bug' : 'unreachable');
};

const reachable = () => fetch('./web/page.css', {cache: 'no-store'}).then((answer) => answer.ok, () => false);

// Sends a file; resolves to its reply like a call.
export const upload = async (file, name) => {
  const address = `./upload?name=${encodeURIComponent(name)}`;
  const answer = await fetch(address, {method: 'POST', body: file}).catch(() => null);
  if (answer) return answer.json().catch(() => { throw new Error('bug'); });
  throw new Error(await reachable() ? 'upload_broken' : 'unreachable');
};
