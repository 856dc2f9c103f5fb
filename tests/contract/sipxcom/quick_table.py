"""What users may ask for, address by address: the quick table of the contract, with what the decisions change.

Source: contract `sipxcom-user.md`, sections 5, 7 and 8; `sipxcom.md`, decision 1. Samples stand in the place of names.
"""

# The methods of an address; what the system answered 403, because an id lacks, is among them.
_TABLE = """
rest/my/call/201                                        GET PUT
rest/call/201                                           GET PUT
rest/my/forward                                         GET PUT
rest/my/callfwd                                         GET PUT
rest/callfwd                                            GET PUT
rest/my/callfwdsched                                    GET PUT POST DELETE
rest/callfwdsched                                       GET PUT POST DELETE
rest/my/callfwdschedule                                 GET PUT POST DELETE
rest/my/callfwdsched/1                                  GET PUT POST DELETE
rest/callfwdsched/1                                     GET PUT POST DELETE
rest/my/activecdrs                                      GET
rest/my/voicemail/pin/4711                              PUT
rest/my/vmprefs                                         GET PUT
rest/my/feed/voicemail/inbox                            GET
rest/my/voicemail/attendant                             GET PUT
rest/my/voicemail/attendant/lang                        GET
rest/my/voicemail/operator/201                          PUT
rest/my/voicemail/operator/                             PUT
rest/my/voicemail/operator                              PUT
rest/my/phonebook                                       GET POST DELETE
rest/my/pagedphonebook                                  GET
rest/my/search/phonebook                                GET
rest/my/phonebook/entry/1                               GET PUT POST DELETE
rest/my/phonebookentry/a1                               PUT DELETE
rest/my/phonebook/showContactsOnPhone/true              PUT
rest/my/phonebook/googleImport                          POST
rest/my/contact-information                             GET PUT
rest/my/im/prefs                                        GET PUT
rest/my/imbot/prefs                                     GET PUT
rest/my/speeddial                                       GET PUT
rest/my/mailbox/200/preferences/activegreeting/none     PUT
rest/my/conferences                                     GET
rest/my/conferences/team                                GET PUT
rest/my/conferencedetails/team                          GET
rest/my/conference/team/lock                            GET PUT
rest/my/portal/password/4711-web                        PUT
rest/my/faxprefs                                        GET
rest/my/time                                            GET
rest/my/keepalive                                       GET
rest/my/logindetails                                    GET
rest/my/logindetailsunite                               GET
rest/my/logindetailsunite/logout                        GET
rest/my/logoutunite                                     GET
rest/my/redirect/cdr/200                                GET
rest/my/redirect/callcontroller/200/201                 GET POST
rest/my/redirect/mailbox/200/messages                   GET
rest/my/redirect/mailbox/200/inbox                      GET
rest/my/redirect/mailbox/200/inbox/1                    GET
rest/my/redirect/mailbox/200/message/1/heard            GET PUT DELETE
rest/my/redirect/mailbox/200/message/1/delete           PUT
rest/my/redirect/mailbox/200/message/1/subject          PUT
rest/my/redirect/mailbox/200/message/1/move/saved       PUT
rest/my/redirect/mailbox/200/mwi                        GET PUT
rest/my/redirect/media/200/inbox/1                      GET
rest/avatar/200                                         GET POST
api/my/user                                             GET PUT
api/my/user/settings                                    GET
api/my/user/settings/moh/audio-source                   GET PUT DELETE
api/my/moh/permission                                   GET
api/my/moh/settings/moh/audio-source                    GET PUT DELETE
api/my/moh/path                                         PUT
api/my/moh/prompts                                      GET POST
api/my/moh/prompts/waltz.wav                            GET DELETE
api/my/moh/prompts/waltz.wav/stream                     GET
api/my/greetings/standard/wav                           GET POST DELETE
api/my/greetings/standard/wav/newFilename               GET POST
api/my/greetings/custom/standard/wav                    GET
"""
QUICK = {path: frozenset(methods) for path, *methods in map(str.split, _TABLE.strip().splitlines())}
# Ours, of which no page tells, or not as an address: without a command a conference is 400 to the page.
OURS = {
    "rest/my/privatekey": frozenset({"POST", "DELETE"}),
    "rest/my/conference/team": frozenset({"GET", "PUT"}),
}
# What the system had and is not here, with the reason, beside what it asked of itself (`uuid`, `rename`, `delete`).
LEFT_OUT = {
    "rest/my/redirect/mailbox/200/message/1/movetodeleted": "a link of the system's mails, which ours have not; no GET"
    " writes here, and `move/deleted` does the same",
}
