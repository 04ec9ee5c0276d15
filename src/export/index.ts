import { docker } from './docker.ts';
import { dotenv } from './dotenv.ts';
import type { Exporter } from './exporter.ts';
import { fish } from './fish.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { json } from './json.ts';
import { k8sSecret } from './k8s-secret.ts';
import { powershell } from './powershell.ts';
import { sh } from './sh.ts';
import { tfvars } from './tfvars.ts';

/** Every program that variables can be exported for; the first is the default. */
export const exporters: readonly Exporter[] = [sh, fish, powershell, dotenv, docker, github, gitlab, json, k8sSecret, tfvars];
