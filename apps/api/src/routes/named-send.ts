import { type EmailDetail, type EmailSend, parseSendId } from '@postroom/contracts';
import { notFound, type SendRef, type StoredSend } from '@postroom/core';
import type { Request, Response } from 'express';
import { presentEmailDetail } from '../present/email-record.ts';
import { presentEmailSend } from '../present/email-send.ts';
import { ownerOf } from './resource-request.ts';

/** The send that a request is about, and the form of id that it was named by. */
export type NamedSend = { readonly ref: SendRef; readonly isTypeId: boolean };

/** The send that `:id` names, in either form; what is no id is answered like one that does not exist. */
export function namedSendOf(request: Request, response: Response): NamedSend {
  const id = parseSendId(String(request.params.id));
  if (id === null) throw notFound('email');
  return { ref: { ...ownerOf(response), id: id.uuid }, isTypeId: id.dialect === 'emails' };
}

/** A send in the form that its id was given in. */
export const presentNamed = (
  { isTypeId }: NamedSend,
  send: StoredSend,
): EmailSend | { readonly email: EmailDetail } =>
  isTypeId ? { email: presentEmailDetail(send) } : presentEmailSend(send);
