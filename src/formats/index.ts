import { binary } from './binary/index.ts';
import { dotenv } from './dotenv/index.ts';
import type { Format } from './format.ts';
import { ini } from './ini/index.ts';
import { json } from './json/index.ts';
import { yaml } from './yaml/index.ts';

/** Every format, in the order in which file names are asked about; the last takes what no other does. Adding a format is one folder and one line here. */
export const formats: readonly Format[] = [yaml, json, dotenv, ini, binary];
