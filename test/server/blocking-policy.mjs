/** A policy as nobody should write one: it thinks for a second and a half, and nothing else happens meanwhile. */
export default {
  name: 'blocking',
  decide() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
    return { verdict: 'allow' }
  },
}
