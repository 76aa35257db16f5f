"""The Wattline app: drivers and operators, on phones, desktops and the web."""
