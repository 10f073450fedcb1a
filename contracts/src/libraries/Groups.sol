// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { GroupRedemption, VirtualGroup } from "../interfaces/SluiceTypes.sol";
import { Frame, GroupHashes } from "./GroupHashes.sol";
import { Signatures } from "./Signatures.sol";
import { Store, VirtualSlot } from "./Store.sol";
import { Virtuals } from "./Virtuals.sol";
import { VirtualWord, VirtualWords } from "./VirtualWord.sol";

/// @title Groups
/// @notice Redeeming virtual channels that differ in payer, capacity and nonce alone, as a payee does whom many paid over one hub.
/// What they share is read and written down once, and each item is four words of calldata.
library Groups {
    /// @notice Redeems each item that can be, and reports each that cannot.
    function redeem(
        Store storage store,
        bytes32 domain,
        VirtualGroup calldata group,
        GroupRedemption[] calldata items,
        address sender
    ) internal {
        Virtuals.requireLength(group.others.length + 1);
        Frame frame = GroupHashes.begin(domain, group);
        bool isMember = Virtuals.isMember(group.others, sender);
        uint64 end = Virtuals.end(group.disputeWindow);
        for (uint256 i; i < items.length; ++i) {
            GroupRedemption calldata item = items[i];
            bytes32 id = frame.id(item);
            address payer = address(uint160(uint256(item.payerAndNonce) >> 96));
            bytes4 refusal = one(store.virtuals[id], frame, id, payer, item, isMember || sender == payer, end);
            if (refusal != 0) emit ISluiceEvents.Skipped(id, i, refusal);
        }
    }

    function one(
        VirtualSlot storage slot,
        Frame frame,
        bytes32 id,
        address payer,
        GroupRedemption calldata item,
        bool mayStart,
        uint64 end
    ) private returns (bytes4 refusal) {
        (uint128 capacity, uint128 amount) = (uint128(item.capacityAndAmount >> 128), uint128(item.capacityAndAmount));
        bytes32 digest = frame.ofVoucher(id, amount);
        if (amount > capacity) amount = capacity;
        VirtualWord was = slot.word;
        uint64 finalAt = was.finalAt();
        if (finalAt == 0) {
            if (!mayStart) return ISluiceErrors.VirtualNotClosing.selector;
            finalAt = end;
        } else if (block.timestamp >= finalAt) {
            return ISluiceErrors.VirtualFinal.selector;
        } else if (amount <= was.amount()) {
            return ISluiceErrors.NotHigher.selector;
        }
        if (!Signatures.isBy(payer, digest, item.signature)) return ISluiceErrors.BadSignature.selector;
        Virtuals.write(slot, id, VirtualWords.make(amount, finalAt));
    }
}
