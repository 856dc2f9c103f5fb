"""The dialect of sipXcom's API: records as XML and JSON, log-ins, paging, outcomes, errors, documents."""
