/** Whether a path is meant by one of some globs. */
export type GlobMatch = (path: string) => boolean;

/**
 * Globs as people write them in `.gitignore`: one without a slash means a name in any folder, one that names a folder means all in it.
 * @param folder what they are relative to: absolute, with `/`
 */
export async function globMatch(globs: readonly string[], folder: string): Promise<GlobMatch> {
  if (globs.length === 0) return () => false;
  const { default: picomatch } = await import('picomatch');
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  const matchers = globs.map((glob) => {
    const pattern = glob.replace(/^\.?\//, '').replace(/\/+$/, '');
    const anywhere = pattern.includes('/') || glob.startsWith('/') ? pattern : `**/${pattern}`;
    return picomatch([anywhere, `${anywhere}/**`], { dot: true, noextglob: true });
  });
  return (path) => path.startsWith(prefix) && matchers.some((matches) => matches(path.slice(prefix.length)));
}
