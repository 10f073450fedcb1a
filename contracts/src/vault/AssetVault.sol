// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluice } from "../interfaces/ISluice.sol";
import { ChannelTerms } from "../interfaces/SluiceTypes.sol";
import { Clones } from "./Clones.sol";
import { Asset, IAssetVault, Standard } from "./IAssetVault.sol";
import { IErc721, IErc1155 } from "./IErc721And1155.sol";
import { Receipt } from "./Receipt.sol";

/// @title AssetVault
/// @notice See IAssetVault.
contract AssetVault is IAssetVault {
    bytes4 private constant ERC165 = 0x01ffc9a7;
    bytes4 private constant ERC721_RECEIVER = 0x150b7a02;
    bytes4 private constant ERC1155_RECEIVER = 0x4e2312e0;

    /// @notice The contract whose channels tokens can be sent straight into.
    ISluice public immutable sluice;
    /// @notice The code behind all receipts.
    Receipt public immutable receiptCode;

    mapping(address receipt => Asset) private assets;
    // how often a token vanished while it was here, by standard, collection and token id
    mapping(bytes32 key => uint256) private series;

    /// @param sluice_ The contract whose channels tokens can be sent straight into.
    constructor(ISluice sluice_) {
        sluice = sluice_;
        receiptCode = new Receipt();
    }

    /// @notice An ERC-721 collection says that it sent a token here. If there are receipts for it, it was gone in between: they
    /// stand for nothing any more.
    /// @param from Who had it.
    /// @param tokenId Which one.
    /// @param data Empty, or the channel that it goes into.
    /// @return ERC-721's word for: taken.
    function onERC721Received(address, address from, uint256 tokenId, bytes calldata data) external returns (bytes4) {
        if (!isHeld(msg.sender, tokenId)) revert NotBacked(msg.sender, tokenId, 1);
        Receipt receipt = receiptFor(Standard.Erc721, msg.sender, tokenId);
        if (receipt.totalSupply() != 0) {
            retireReceipt(receipt, msg.sender, tokenId);
            receipt = receiptFor(Standard.Erc721, msg.sender, tokenId);
        }
        giveReceipts(receipt, tokenId, from, 1, data);
        return this.onERC721Received.selector;
    }

    /// @notice An ERC-1155 collection says that it sent some of a token here.
    /// @param from Who had them.
    /// @param tokenId Which token.
    /// @param amount How many.
    /// @param data Empty, or the channel that they go into.
    /// @return ERC-1155's word for: taken.
    function onERC1155Received(address, address from, uint256 tokenId, uint256 amount, bytes calldata data)
        external
        returns (bytes4)
    {
        take1155(from, tokenId, amount, data);
        return this.onERC1155Received.selector;
    }

    /// @notice An ERC-1155 collection says that it sent some of several tokens here.
    /// @param from Who had them.
    /// @param tokenIds Which tokens.
    /// @param amounts How many of each.
    /// @param data Empty.
    /// @return ERC-1155's word for: taken.
    function onERC1155BatchReceived(
        address,
        address from,
        uint256[] calldata tokenIds,
        uint256[] calldata amounts,
        bytes calldata data
    ) external returns (bytes4) {
        if (data.length != 0) revert BatchIntoChannel();
        for (uint256 i; i < tokenIds.length; ++i) {
            take1155(from, tokenIds[i], amounts[i], data);
        }
        return this.onERC1155BatchReceived.selector;
    }

    /// @inheritdoc IAssetVault
    function unwrap(address receipt, uint256 amount, address to) external {
        Asset memory asset = assets[receipt];
        if (asset.collection == address(0)) revert UnknownReceipt(receipt);
        if (receipt != receiptOf(asset.standard, asset.collection, asset.tokenId)) revert Retired(receipt);
        Receipt(receipt).burn(msg.sender, amount);
        emit Unwrapped(receipt, msg.sender, to, amount);
        if (asset.standard == Standard.Erc1155) {
            IErc1155(asset.collection).safeTransferFrom(address(this), to, asset.tokenId, amount, "");
        } else if (amount != 0) {
            IErc721(asset.collection).safeTransferFrom(address(this), to, asset.tokenId);
        }
    }

    /// @inheritdoc IAssetVault
    function retire(address collection, uint256 tokenId) external {
        Receipt receipt = Receipt(receiptOf(Standard.Erc721, collection, tokenId));
        if (address(receipt).code.length == 0 || receipt.totalSupply() == 0 || isHeld(collection, tokenId)) {
            revert NotVanished(collection, tokenId);
        }
        retireReceipt(receipt, collection, tokenId);
    }

    /// @inheritdoc IAssetVault
    function receiptOf(Standard standard, address collection, uint256 tokenId) public view returns (address) {
        return Clones.addressOf(address(receiptCode), saltOf(standard, collection, tokenId));
    }

    /// @inheritdoc IAssetVault
    function assetOf(address receipt) external view returns (Asset memory) {
        return assets[receipt];
    }

    /// @notice ERC-165.
    /// @param id Of an interface.
    /// @return Whether the vault has it.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == ERC165 || id == ERC721_RECEIVER || id == ERC1155_RECEIVER;
    }

    function take1155(address from, uint256 tokenId, uint256 amount, bytes calldata data) private {
        Receipt receipt = receiptFor(Standard.Erc1155, msg.sender, tokenId);
        uint256 receipts = receipt.totalSupply() + amount;
        if (IErc1155(msg.sender).balanceOf(address(this), tokenId) < receipts) {
            revert NotBacked(msg.sender, tokenId, receipts);
        }
        giveReceipts(receipt, tokenId, from, amount, data);
    }

    // A collection that has no such token, or answers nothing, does not say that it is here.
    function isHeld(address collection, uint256 tokenId) private view returns (bool) {
        try IErc721(collection).ownerOf(tokenId) returns (address owner) {
            return owner == address(this);
        } catch {
            return false;
        }
    }

    function retireReceipt(Receipt receipt, address collection, uint256 tokenId) private {
        ++series[keyOf(Standard.Erc721, collection, tokenId)];
        emit ReceiptRetired(address(receipt), collection, tokenId);
    }

    // To who sent the token, or into the channel that the data names.
    function giveReceipts(Receipt receipt, uint256 tokenId, address from, uint256 amount, bytes calldata data) private {
        bool intoChannel = data.length != 0;
        if (!intoChannel && (from == address(0) || from == address(this))) revert NoRecipient();
        address to = intoChannel ? address(this) : from;
        receipt.mint(to, amount);
        emit Wrapped(address(receipt), msg.sender, tokenId, to, amount);
        if (intoChannel) depositIn(receipt, amount, data);
    }

    function depositIn(Receipt receipt, uint256 amount, bytes calldata data) private {
        (ChannelTerms memory terms, uint8 party) = abi.decode(data, (ChannelTerms, uint8));
        if (terms.token != address(receipt)) revert WrongToken(address(receipt), terms.token);
        receipt.approve(address(sluice), amount);
        sluice.depositWithAllowance(terms, party, amount);
    }

    function receiptFor(Standard standard, address collection, uint256 tokenId) private returns (Receipt) {
        address receipt = receiptOf(standard, collection, tokenId);
        if (receipt.code.length == 0) {
            Clones.create(address(receiptCode), saltOf(standard, collection, tokenId));
            assets[receipt] = Asset(standard, collection, tokenId);
        }
        return Receipt(receipt);
    }

    function saltOf(Standard standard, address collection, uint256 tokenId) private view returns (bytes32) {
        bytes32 key = keyOf(standard, collection, tokenId);
        return keccak256(abi.encode(key, series[key]));
    }

    function keyOf(Standard standard, address collection, uint256 tokenId) private pure returns (bytes32) {
        return keccak256(abi.encode(standard, collection, tokenId));
    }
}
