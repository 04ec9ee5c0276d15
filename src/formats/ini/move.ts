import { showPath } from '../../document/path.ts';
import type { TreePath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { commentStart } from './change.ts';
import { insertLines, removeLines, sectionEnd } from './lines.ts';
import { metadataSection } from './metadata-text.ts';
import { scan } from './scan.ts';
import type { KeyStatement, Section } from './scan.ts';

/** Names that go-ini reads as they stand. */
const plainName = /^[A-Za-z_][\w.-]*$/;

/** Edits that give a section or a key another name, or take a key to another section, its lines and the comment lines directly above as they are. Throws `UNSUPPORTED`. */
export function move({ source }: Document, from: TreePath, to: TreePath): readonly Edit[] {
  const { sections } = scan(source);
  const section = sections.find((one) => one.name === from[0]);
  if (section === undefined || from.length > 2 || to.length !== from.length) throw unspliceable(from);
  const [newName, newKey] = to;
  if (typeof newName !== 'string' || newName === metadataSection) throw unspliceable(to);
  if (from.length === 1) return [renameSection(section, newName)];
  const statement = onlyStatement(section, from);
  if (typeof newKey !== 'string' || !plainName.test(newKey)) throw unspliceable(to);
  if (from[0] === newName) return [{ span: statement.key, text: newKey }];
  return moveLines(source, statement, { sections, newName, newKey });
}

/** Of several keys of one name, sops sees the last: they are not taken apart. */
function onlyStatement({ keys }: Section, path: TreePath): KeyStatement {
  const [statement, ...more] = keys.filter((one) => one.name === path[1]);
  if (statement === undefined || more.length > 0) throw unspliceable(path);
  return statement;
}

const unspliceable = (path: TreePath): SopsError =>
  new SopsError('UNSUPPORTED', `the place ${showPath(path)} cannot be edited in the text`, { path: showPath(path) });

function renameSection({ header }: Section, name: string): Edit {
  if (!plainName.test(name) || header.start === header.end) throw unspliceable([name]);
  return { span: header, text: `[${name}]` };
}

function moveLines(
  source: string,
  statement: KeyStatement,
  { sections, newName, newKey }: { readonly sections: readonly Section[]; readonly newName: string; readonly newKey: string },
): readonly Edit[] {
  const start = commentStart(source, statement);
  const { key, lines } = statement;
  const text = source.slice(start, key.start) + newKey + source.slice(key.end, lines.end);
  const kept = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const home = sections.find((one) => one.name === newName);
  const last = sections.findLast((one) => one.name !== metadataSection);
  if (home === undefined && !plainName.test(newName)) throw unspliceable([newName]);
  const added = home
    ? insertLines(source, sectionEnd(home), kept)
    : insertLines(source, last ? sectionEnd(last) : 0, ['', `[${newName}]`, ...kept]);
  return [...removeLines(source, [{ start, end: lines.end }]), added];
}
