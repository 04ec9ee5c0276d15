/** What AWS takes as names and values of tags. */
export const awsTagName: RegExp = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
export const awsTagValue: RegExp = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as the SDK has them. */
export const listOfTags = (tags: Readonly<Record<string, string>>): { readonly Key: string; readonly Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const mapOfTags = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])));

/** Whether AWS gave an error of a name, as it does with and without `Exception`. */
export const isAwsError = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name.replace(/Exception$/, ''));
