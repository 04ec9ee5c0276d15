/** What people call the recipients in `.sops.yaml`: a comment behind or above one, else the name of its anchor. */
export interface RecipientNames {
  /** @param masterKey as it is named in messages */
  nameOf(masterKey: string): string | undefined;
}

const line = /^\s*(?:-\s+)*(?:[\w.-]+:\s+)?(?:&(\S+)\s+)?(?:"([^"]+)"|'([^']+)'|([^\s"'#&*][^#]*?))(?:\s+#\s*(.*?))?\s*$/;
/** What can be a recipient: nothing short, and no list. */
const recipient = /^(age1|ssh-|arn:|https?:|projects\/|[\w-]+:[\w-]{8,}$|(0x)?[0-9A-Fa-f ]{8,}!?$)/;

/**
 * Reads the names of recipients out of the text of a config file, line by line: comments are no part of its tree.
 * A comment above counts where nothing stands between, and not for a second recipient.
 */
export function recipientNames(source: string): RecipientNames {
  const names = new Map<string, string>();
  let above: string | undefined;
  for (const text of source.split(/\r?\n/)) {
    const [, comment] = /^\s*#\s*(.*?)\s*$/.exec(text) ?? [];
    const { value, behind, anchor } = comment === undefined ? partsOf(text) : {};
    const name = [behind, above, anchor].find((one) => one);
    if (value !== undefined && name !== undefined && recipient.test(value)) names.set(normal(value), name);
    above = comment;
  }
  return { nameOf: (masterKey) => names.get(normal(masterKey)) };
}

interface Parts {
  readonly value?: string | undefined;
  readonly behind?: string | undefined;
  readonly anchor?: string | undefined;
}

function partsOf(text: string): Parts {
  const [, anchor, double, single, plain, behind] = line.exec(text) ?? [];
  return { value: double ?? single ?? plain, behind, anchor };
}

/** SSH keys without their comments; fingerprints in any spacing and case. */
function normal(text: string): string {
  const [type = '', key = ''] = text.trim().split(/\s+/);
  return type.startsWith('ssh-')
    ? `${type} ${key}`
    : text
        .replaceAll(' ', '')
        .replace(/[|+].*$/s, '')
        .toLowerCase();
}
