/** Let everything that waits for the database go on until `isDone`; a test that waits in vain fails by its own time limit. */
export async function flushPromises(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((next) => setTimeout(next, 0))
}
