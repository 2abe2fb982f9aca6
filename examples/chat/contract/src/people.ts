// The schemas of people: names, and how a browser window identifies itself.
import { z } from 'zod';
import { maxNameLength } from './facts.js';

/** A name as others see it: visible characters, without spaces at either end. */
export const Name = z
  .string()
  .trim()
  .min(1, 'A name needs at least one letter.')
  .max(maxNameLength, `A name may have ${maxNameLength} characters.`)
  .regex(/^[\p{L}\p{N}\p{P}\p{S}\p{M} ]+$/u, 'A name is made of visible characters.');

/**
 * The contents of a window's auth token: a secret that the window generated, and the name that it would like to have.
 */
export const Ticket = z.object({ secret: z.string().min(16).max(64), name: z.string().max(200).optional() });
export type Ticket = z.infer<typeof Ticket>;

/** What everybody may know about a person. */
export const Person = z.object({ id: z.string(), name: z.string() });
