/** Which notebooks the reader does not want to hear of. */

/** A test for names that one of the patterns fits, in which `*` stands for any text. */
export function mutedTest(patterns: readonly string[]): (notebook: string) => boolean {
  const tests = patterns
    .filter(pattern => pattern !== '')
    .map(pattern => pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .map(parts => new RegExp(`^${parts.join('.*')}$`, 's'));
  return notebook => tests.some(test => test.test(notebook));
}
