/** What a merge driver is called in the settings of Git and in `.gitattributes`. */
export const mergeDriverName = 'sopsmith';

/**
 * The command line of the merge driver, for `merge.sopsmith.driver`: Git puts in three temporary files, the length of conflict markers and the file's path, in quotes where it takes some.
 * Labels (`%S`, `%X`, `%Y`) are put in by Git 2.45 and newer; older ones leave them as they stand, which `merge` takes for no label.
 * @param program how the program is called, as a shell takes it
 */
export const mergeDriverLine = (program: string): string =>
  `${program} merge --path=%P --marker-size=%L --base-name=%S --our-name=%X --their-name=%Y -- %O %A %B`;
