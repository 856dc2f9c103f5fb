"""The dialect of the PortSIP API: how a request is read, a list paged, an error said, an operation documented."""
