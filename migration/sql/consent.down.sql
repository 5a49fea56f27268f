drop table disclosures;
drop table consent_recipients;
drop table consent_scopes;
drop table consents;
drop function refuse_consent_shortcut();
