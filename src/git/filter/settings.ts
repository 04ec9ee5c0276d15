/** What the filter is called in the settings of Git and in `.gitattributes`: `filter=sopsmith`. */
export const filterName = 'sopsmith';

/** What a line of `.gitattributes` says of files that are in clear in the work tree and encrypted in the repository; `-text` has Git leave line breaks alone, since it would turn those of what is encrypted. */
export const filterAttributes: string = `filter=${filterName} -text`;

/**
 * The settings of Git that the filter takes. It is required: where it fails, nothing is added, for without that Git would add the plaintext.
 * @param program how the program is called, as a shell takes it
 */
export const filterSettings = (program: string): Readonly<Record<string, string>> => ({
  [`filter.${filterName}.process`]: `${program} git filter-process`,
  [`filter.${filterName}.required`]: 'true',
});
