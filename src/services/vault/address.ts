/** A URL as it may be shown: without user name and password. */
export const withoutUser = (url: string): string => url.replace(/\/\/[^/@]*@/, '//');
