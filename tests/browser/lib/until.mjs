/**
 * Polls until `check` returns something true, and returns it. An exception of `check` counts as not
 * yet. After the deadline it fails with `what` and the last thing that was seen.
 *
 * @template T
 * @param {string} what said when it fails
 * @param {() => T|Promise<T>} check
 * @param {{deadlineMs?: number, everyMs?: number, seen?: () => any}} [options]
 * @returns {Promise<T>}
 */
export async function until(what, check, { deadlineMs = 15_000, everyMs = 25, seen } = {}) {
  const end = Date.now() + deadlineMs;
  let problem;
  do {
    try {
      const value = await check();
      if (value) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (Date.now() < end);
  const last = seen ? `; last seen: ${JSON.stringify(await seen())}` : '';
  throw new Error(`not within ${deadlineMs} ms: ${what}${last}${problem ? ` (${problem.message})` : ''}`);
}
