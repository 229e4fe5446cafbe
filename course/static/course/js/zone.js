// Offers the zone that this device is set to. Nothing is set unless the button is pressed.
{
  const offer = document.querySelector("[data-device-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (offer && zone && zone !== offer.dataset.deviceZone) {
    offer.querySelector("strong").textContent = zone.replaceAll("_", " ");
    offer.elements.zone.value = zone;
    offer.hidden = false;
  }
}
