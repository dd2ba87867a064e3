// The story in order: title, whose window is shown when it fails, what happens.

import * as customer from "./customer.mjs";
import * as delegation from "./delegation.mjs";
import * as florist from "./florist.mjs";
import * as history from "./history.mjs";
import * as looks from "./looks.mjs";
import * as provider from "./provider.mjs";
import * as reader from "./reader.mjs";
import * as scriptless from "./scriptless.mjs";
import * as security from "./security.mjs";
import * as staff from "./staff.mjs";

export const chapters = [
  ["staff signs in with the keyboard alone", "provider", provider.signsInByKeyboard],
  ["staff adds a customer with limits and invites its main Admin", "provider", provider.addsCustomer],
  ["the main Admin follows the link in the invitation, chooses a password and signs in", "customer", customer.followsInvitation],
  ["the main Admin adds a domain, copies and publishes its record and verifies it", "customer", customer.verifiesDomain],
  ["the main Admin adds a user by invitation and one with a password", "customer", customer.addsUsers],
  ["a username that is taken is refused and says by what", "customer", customer.meetsTakenName],
  ["one user too many is refused and says why", "customer", customer.meetsLimit],
  ["the main Admin adds an alias, which cannot have the name of a user", "customer", customer.addsAlias],
  ["a long list is searched, filtered and paged through", "florist", florist.searchesList],
  ["a user is edited, disabled and enabled again", "florist", florist.editsUser],
  ["a one-time password is shown once", "florist", florist.resetsPassword],
  ["the user must choose a password first, reads how to set up a mail program, and signs out for good", "reader", reader.signsIn],
  ["a user is removed only when its address is typed", "florist", florist.removesUser],
  ["the Account History tells all of it", "florist", florist.readsHistory],
  ["the main Admin adds a Sub-Admin who may view and add users of one domain until a day", "florist", delegation.addsLimitedSubAdmin],
  ["the Sub-Admin follows the invitation and sees that domain alone", "delegate", delegation.delegateSeesOneDomain],
  ["the Sub-Admin adds a user, and is told what is missing when it tries more", "delegate", delegation.delegateAddsAndNoMore],
  ["the help desk sends a link for a new password and can change nothing", "helper", delegation.helpDeskSendsLinks],
  ["everybody reads what they can do, and the main Admin what others can", "florist", delegation.asksWhatItCanDo],
  ["the main Admin sees what a change of a Sub-Admin would do before it is saved", "florist", delegation.changesSubAdmin],
  ["the Account History is searched, and tells what was refused", "florist", history.findsInHistory],
  ["what is taken from a Sub-Admin is gone at the next click, and so is a Sub-Admin that is removed", "delegate", delegation.losesWhileAtWork],
  ["the Account History is proven whole", "florist", history.provesHistory],
  ["the Account History is taken along as a file", "florist", history.takesHistoryAlong],
  ["the page of a user tells what was done to it", "florist", history.readsHistoryOfOneThing],
  ["a session in another browser is ended", "florist", security.endsAnotherSession],
  ["the recovery address is changed once the new one has confirmed it", "florist", security.changesRecoveryAddress],
  ["whoever would shut themselves out is asked whether they know it", "helper", security.limitsOwnNetworks],
  ["users and staff look after their logins, too", "reader", security.ownPagesOfOthers],
  ["staff finds a customer by its domain or a login, and sees its domains and Admins", "provider", staff.findsTenant],
  ["staff signs in as an Admin with a reason, is told that it acts, and leaves", "provider", staff.actsAsAdmin],
  ["staff adds a colleague, who can do what the role says", "provider", staff.addsColleague],
  ["a customer asks for a program without limits, and staff accepts", "provider", staff.answersRequest],
  ["staff reads what was done, and removes the colleague", "provider", staff.readsStaffHistory],
  ["the remaining pages are whole", "florist", looks.remainingPages],
  ["the theme can be chosen and stays", "florist", looks.choosesTheme],
  ["on a phone the menu opens and closes", "florist", looks.opensPhoneMenu],
  ["the first press of the tabulator offers to skip to the content", "florist", looks.skipsToContent],
  ["without scripts a user is added and removed", "florist", scriptless.addsAndRemovesUser],
  ["staff suspends the customer and lets it in again", "provider", provider.suspends],
];
