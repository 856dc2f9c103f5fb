"""What the parts of a person's profile are called: the wire's name of each, and ours. Each view has its own order.

Source: contract `sipxcom-user.md`, sections 6.3 and 6.4; `sipxcom-users-rules.md`, section 1.1.
"""

from typing import Final

ADDRESS: Final = {
    "street": "street",
    "city": "city",
    "country": "country",
    "state": "state",
    "zip": "zip",
    "officeDesignation": "office_designation",
}
HOME: Final = {"homeAddress": "home_address"}
OFFICE: Final = {"officeAddress": "office_address"}
BRANCH: Final = {"branchAddress": "branch_address"}
WORK: Final = {
    "jobTitle": "job_title",
    "jobDept": "job_dept",
    "companyName": "company_name",
    "assistantName": "assistant_name",
    "location": "location",
}
REACHED: Final = {
    "cellPhoneNumber": "cell_phone",
    "homePhoneNumber": "home_phone",
    "assistantPhoneNumber": "assistant_phone",
    "faxNumber": "fax_number",
    "didNumber": "did_number",
    "imId": "im_id",
    "imDisplayName": "im_display_name",
    "alternateImId": "alternate_im_id",
    "emailAddress": "email",
    "alternateEmailAddress": "alternate_email",
}
ELSEWHERE: Final = {
    "twiterName": "twitter",
    "linkedinName": "linkedin",
    "facebookName": "facebook",
    "xingName": "xing",
}
CUSTOM: Final = {"custom1": "custom1", "custom2": "custom2", "custom3": "custom3"}
ADMINISTERED: Final = {
    "authAccountName": "auth_account_name",
    "manager": "manager",
    "salutation": "salutation",
    "employeeId": "employee_id",
    "extAvatar": "ext_avatar",
    "salutationId": "salutation_id",
}
TEXTS: Final = WORK | REACHED | ELSEWHERE | CUSTOM | ADMINISTERED  # of a user
FLAGS: Final = {
    "useBranchAddress": "use_branch_address",
    "useExtAvatar": "use_ext_avatar",
    "ldapManaged": "ldap_managed",
}
DATES: Final = {
    "lastImportedDate": "last_imported_date",
    "disabledDate": "disabled_date",
    "extAvatarSyncDate": "ext_avatar_sync_date",
}
